"""For WSGI servers: `gunicorn wsgi:application`."""

from eldercare.app import create_app
from eldercare.core.config import Config
from eldercare.ops.logs import configure_logging

_config = Config.from_env()
configure_logging(_config.log_level)
application = create_app(_config)
