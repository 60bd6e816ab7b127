"""For WSGI servers: `gunicorn wsgi:application`."""

from eldercare.app import create_app
from eldercare.core.config import Config

application = create_app(Config.from_env())
