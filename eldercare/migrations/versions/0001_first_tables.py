"""The first tables of every slice.

Revision ID: 0001
Revises:
"""

from alembic import op
import sqlalchemy as sa

from eldercare.audit import ddl
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('audit_row',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('outcome', sa.String(length=10), nullable=False),
    sa.Column('action', sa.String(length=80), nullable=False),
    sa.Column('actor_kind', sa.String(length=10), nullable=False),
    sa.Column('actor_id', sa.Uuid(), nullable=True),
    sa.Column('actor_name', sa.String(length=120), nullable=False),
    sa.Column('subject_type', sa.String(length=60), nullable=True),
    sa.Column('subject_id', sa.String(length=120), nullable=True),
    sa.Column('before', postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
    sa.Column('after', postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
    sa.Column('request_id', sa.String(length=80), nullable=True),
    sa.Column('region_path', sa.Text(collation='C'), nullable=True),
    sa.Column('recorded_xid', sa.BigInteger(), server_default=sa.text('(pg_current_xact_id()::text::bigint)'), nullable=False),
    sa.CheckConstraint("outcome IN ('done', 'refused', 'read')", name=op.f('ck_audit_row_outcome')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_audit_row'))
    )
    op.create_index('ix_audit_row_actor', 'audit_row', ['actor_id'], unique=False)
    op.create_index('ix_audit_row_at', 'audit_row', ['at'], unique=False)
    op.create_index('ix_audit_row_recorded_xid', 'audit_row', ['recorded_xid'], unique=False)
    op.create_index('ix_audit_row_region_path', 'audit_row', ['region_path'], unique=False)
    op.create_index('ix_audit_row_subject', 'audit_row', ['subject_type', 'subject_id'], unique=False)
    op.create_table('audit_seal',
    sa.Column('seq', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('first_id', sa.BigInteger(), nullable=False),
    sa.Column('last_id', sa.BigInteger(), nullable=False),
    sa.Column('count', sa.Integer(), nullable=False),
    sa.Column('to_xid', sa.BigInteger(), nullable=False),
    sa.Column('rows_hash', sa.String(length=64), nullable=False),
    sa.Column('prev_hash', sa.String(length=64), nullable=False),
    sa.Column('hmac', sa.String(length=64), nullable=False),
    sa.PrimaryKeyConstraint('seq', name=op.f('pk_audit_seal'))
    )
    op.create_table('elder',
    sa.Column('name', sa.String(length=60, collation='C'), nullable=False),
    sa.Column('name_pinyin', sa.String(length=200, collation='C'), nullable=False),
    sa.Column('name_initials', sa.String(length=60, collation='C'), nullable=False),
    sa.Column('sex', sa.String(length=1), nullable=False),
    sa.Column('birth_date', sa.Date(), nullable=False),
    sa.Column('death_date', sa.Date(), nullable=True),
    sa.Column('id_number', sa.LargeBinary(), nullable=True),
    sa.Column('id_index', sa.LargeBinary(), nullable=True),
    sa.Column('phone', sa.LargeBinary(), nullable=True),
    sa.Column('phone_index', sa.LargeBinary(), nullable=True),
    sa.Column('hukou_path', sa.Text(collation='C'), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False),
    sa.Column('region_path', sa.Text(collation='C'), nullable=False),
    sa.CheckConstraint("sex IN ('f', 'm')", name=op.f('ck_elder_sex')),
    sa.CheckConstraint('(id_number IS NULL) = (id_index IS NULL)', name=op.f('ck_elder_id_indexed')),
    sa.CheckConstraint('(phone IS NULL) = (phone_index IS NULL)', name=op.f('ck_elder_phone_indexed')),
    sa.CheckConstraint('death_date >= birth_date', name=op.f('ck_elder_death_after_birth')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_elder')),
    sa.UniqueConstraint('id_index', name=op.f('uq_elder_id_index'))
    )
    op.create_index('ix_elder_hukou_path', 'elder', ['hukou_path'], unique=False)
    op.create_index('ix_elder_name', 'elder', ['name'], unique=False)
    op.create_index('ix_elder_name_initials', 'elder', ['name_initials'], unique=False)
    op.create_index('ix_elder_name_pinyin_id', 'elder', ['name_pinyin', 'id'], unique=False)
    op.create_index('ix_elder_phone_index', 'elder', ['phone_index'], unique=False, postgresql_where=sa.text('phone_index IS NOT NULL'))
    op.create_index('ix_elder_region_path', 'elder', ['region_path'], unique=False)
    op.create_table('fact_change',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('kind', sa.String(length=60), nullable=False),
    sa.Column('subject_type', sa.String(length=40), nullable=False),
    sa.Column('subject_id', sa.Uuid(), nullable=False),
    sa.Column('valid_from', sa.Date(), nullable=True),
    sa.Column('institution_id', sa.Uuid(), nullable=True),
    sa.Column('recorded_by', sa.String(length=80), nullable=False),
    sa.Column('region_path', sa.Text(collation='C'), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_fact_change'))
    )
    op.create_index('ix_fact_change_subject', 'fact_change', ['subject_type', 'subject_id'], unique=False)
    op.create_table('idempotency_key',
    sa.Column('actor', sa.String(length=80), nullable=False),
    sa.Column('key', sa.String(length=200), nullable=False),
    sa.Column('request_hash', sa.String(length=64), nullable=False),
    sa.Column('status', sa.Integer(), nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('media_type', sa.String(length=80), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('actor', 'key', name=op.f('pk_idempotency_key'))
    )
    op.create_table('inspection_plan',
    sa.Column('division', sa.String(length=40), nullable=False),
    sa.Column('as_of', sa.Date(), nullable=False),
    sa.Column('first_day', sa.Date(), nullable=False),
    sa.Column('last_day', sa.Date(), nullable=False),
    sa.Column('state', sa.String(length=12), nullable=False),
    sa.Column('pack', sa.String(length=40), nullable=False),
    sa.Column('pack_hash', sa.String(length=64), nullable=False),
    sa.Column('problem', sa.Text(), nullable=False),
    sa.Column('problem_hash', sa.String(length=64), nullable=False),
    sa.Column('provisional_days', sa.SmallInteger(), server_default='0', nullable=False),
    sa.Column('seconds', sa.SmallInteger(), server_default='60', nullable=False),
    sa.Column('already_planned', sa.Integer(), server_default='0', nullable=False),
    sa.Column('task_count', sa.Integer(), server_default='0', nullable=False),
    sa.Column('visit_count', sa.Integer(), server_default='0', nullable=False),
    sa.Column('unplaced_count', sa.Integer(), server_default='0', nullable=False),
    sa.Column('inspector_count', sa.Integer(), server_default='0', nullable=False),
    sa.Column('attempts', sa.SmallInteger(), server_default='0', nullable=False),
    sa.Column('solver', sa.String(length=20), nullable=True),
    sa.Column('stages', postgresql.JSONB(astext_type=sa.Text()), server_default='[]', nullable=False),
    sa.Column('terms', postgresql.JSONB(astext_type=sa.Text()), server_default='{}', nullable=False),
    sa.Column('objective', sa.BigInteger(), nullable=True),
    sa.Column('breaches', postgresql.JSONB(astext_type=sa.Text()), server_default='[]', nullable=False),
    sa.Column('result_hash', sa.String(length=64), nullable=True),
    sa.Column('error', sa.String(length=500), server_default='', nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('created_by', sa.String(length=80), nullable=False),
    sa.Column('created_by_name', sa.String(length=120), nullable=False),
    sa.Column('solved_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('published_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('published_by', sa.String(length=80), nullable=True),
    sa.Column('published_by_name', sa.String(length=120), nullable=True),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False),
    sa.Column('region_path', sa.Text(collation='C'), nullable=False),
    sa.CheckConstraint("(state IN ('solved', 'published')) <= (result_hash IS NOT NULL)", name=op.f('ck_inspection_plan_result')),
    sa.CheckConstraint("state IN ('queued', 'solved', 'failed', 'published', 'cancelled')", name=op.f('ck_inspection_plan_state')),
    sa.CheckConstraint('first_day <= last_day', name=op.f('ck_inspection_plan_period')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_inspection_plan'))
    )
    op.create_index('ix_inspection_plan_open', 'inspection_plan', ['created_at'], unique=False, postgresql_where=sa.text("state = 'queued'"))
    op.create_index('ix_inspection_plan_region_path', 'inspection_plan', ['region_path'], unique=False)
    op.create_table('installation_mark',
    sa.Column('name', sa.String(length=60), nullable=False),
    sa.Column('details', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_installation_mark'))
    )
    op.create_table('published_pack',
    sa.Column('content_hash', sa.String(length=64), nullable=False),
    sa.Column('code', sa.String(length=40), nullable=False),
    sa.Column('version', sa.String(length=40), nullable=False),
    sa.Column('title_zh', sa.String(length=100), nullable=False),
    sa.Column('title_en', sa.String(length=100), nullable=False),
    sa.Column('effective_from', sa.Date(), nullable=False),
    sa.Column('effective_to', sa.Date(), nullable=True),
    sa.Column('base_hash', sa.String(length=64), nullable=True),
    sa.Column('content', sa.LargeBinary(), nullable=False),
    sa.Column('published_by', sa.String(length=80), nullable=False),
    sa.Column('published_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('length(content_hash) = 64', name=op.f('ck_published_pack_hash')),
    sa.ForeignKeyConstraint(['base_hash'], ['published_pack.content_hash'], name=op.f('fk_published_pack_base_hash')),
    sa.PrimaryKeyConstraint('content_hash', name=op.f('pk_published_pack'))
    )
    op.create_index('ix_published_pack_code', 'published_pack', ['code', 'published_at'], unique=False)
    op.create_table('region',
    sa.Column('code', sa.String(length=40), nullable=False),
    sa.Column('name', sa.String(length=100), nullable=False),
    sa.Column('name_en', sa.String(length=100), nullable=True),
    sa.Column('level', sa.String(length=20), nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('parent_id', sa.Uuid(), nullable=True),
    sa.Column('path', sa.Text(collation='C'), nullable=False),
    sa.Column('pinyin', sa.String(length=200), nullable=False),
    sa.Column('initials', sa.String(length=60), nullable=False),
    sa.Column('search_key', sa.Text(), nullable=False),
    sa.Column('source', sa.String(length=200), server_default='', nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.CheckConstraint("kind IN ('administrative', 'zone', 'foreign')", name=op.f('ck_region_kind')),
    sa.CheckConstraint("left(path, 1) = '/' AND right(path, 1) = '/'", name=op.f('ck_region_path_form')),
    sa.CheckConstraint("level IN ('country', 'province', 'city', 'county', 'town', 'zone', 'state')", name=op.f('ck_region_level')),
    sa.ForeignKeyConstraint(['parent_id'], ['region.id'], name=op.f('fk_region_parent_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_region')),
    sa.UniqueConstraint('code', name=op.f('uq_region_code')),
    sa.UniqueConstraint('path', name=op.f('uq_region_path'))
    )
    op.create_index(op.f('ix_region_parent_id'), 'region', ['parent_id'], unique=False)
    op.create_index(op.f('ix_region_pinyin'), 'region', ['pinyin'], unique=False)
    op.create_index('ix_region_search_key', 'region', ['search_key'], unique=False, postgresql_using='gin', postgresql_ops={'search_key': 'gin_trgm_ops'})
    op.create_table('sign_in_attempts',
    sa.Column('name_hash', sa.LargeBinary(), nullable=False),
    sa.Column('failures', sa.Integer(), nullable=False),
    sa.Column('first_failed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('locked_until', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('name_hash', name=op.f('pk_sign_in_attempts'))
    )
    op.create_index(op.f('ix_sign_in_attempts_first_failed_at'), 'sign_in_attempts', ['first_failed_at'], unique=False)
    op.create_table('stored_file',
    sa.Column('institution_id', sa.Uuid(), nullable=True),
    sa.Column('name', sa.String(length=255), nullable=False),
    sa.Column('media_type', sa.String(length=120), nullable=False),
    sa.Column('size_bytes', sa.BigInteger(), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('created_by', sa.String(length=80), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('region_path', sa.Text(collation='C'), nullable=False),
    sa.CheckConstraint('size_bytes >= 0', name=op.f('ck_stored_file_size')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_stored_file'))
    )
    op.create_table('user_account',
    sa.Column('username', sa.String(length=64), nullable=False),
    sa.Column('email', sa.String(length=254), nullable=True),
    sa.Column('display_name', sa.String(length=80), nullable=False),
    sa.Column('password', sa.String(length=255), nullable=False),
    sa.Column('active', sa.Boolean(), nullable=False),
    sa.Column('must_change_password', sa.Boolean(), nullable=False),
    sa.Column('fs_uniquifier', sa.String(length=64), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('created_by', sa.String(length=80), nullable=False),
    sa.Column('last_sign_in_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False),
    sa.Column('region_path', sa.Text(collation='C'), nullable=False),
    sa.CheckConstraint("username !~ '[@[:space:]]'", name=op.f('ck_user_account_username')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_user_account')),
    sa.UniqueConstraint('fs_uniquifier', name=op.f('uq_user_account_fs_uniquifier'))
    )
    op.create_index('ix_user_account_region_path', 'user_account', ['region_path'], unique=False)
    op.create_index('uq_user_account_email_folded', 'user_account', [sa.literal_column('lower(email)')], unique=True)
    op.create_index('uq_user_account_username_folded', 'user_account', [sa.literal_column('lower(username)')], unique=True)
    op.create_table('working_day',
    sa.Column('calendar', sa.String(length=10), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('is_working', sa.Boolean(), nullable=False),
    sa.Column('provisional', sa.Boolean(), server_default=sa.text('false'), nullable=False),
    sa.Column('note', sa.String(length=200), server_default='', nullable=False),
    sa.PrimaryKeyConstraint('calendar', 'day', name=op.f('pk_working_day'))
    )
    op.create_table('api_token',
    sa.Column('user_id', sa.Uuid(), nullable=False),
    sa.Column('role', sa.String(length=30), nullable=False),
    sa.Column('name', sa.String(length=80), nullable=False),
    sa.Column('token_hash', sa.String(length=64), nullable=False),
    sa.Column('hint', sa.String(length=12), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('last_used_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('revoked_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(['user_id'], ['user_account.id'], name=op.f('fk_api_token_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_api_token')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_api_token_token_hash'))
    )
    op.create_index(op.f('ix_api_token_user_id'), 'api_token', ['user_id'], unique=False)
    op.create_table('assessment',
    sa.Column('elder_id', sa.Uuid(), nullable=False),
    sa.Column('standard', sa.String(length=40), nullable=False),
    sa.Column('standard_hash', sa.String(length=64), nullable=False),
    sa.Column('assessed_on', sa.Date(), nullable=False),
    sa.Column('due_on', sa.Date(), nullable=False),
    sa.Column('reason', sa.SmallInteger(), nullable=False),
    sa.Column('first_assessor', sa.String(length=60), nullable=False),
    sa.Column('second_assessor', sa.String(length=60), nullable=False),
    sa.Column('answers', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('coma', sa.Boolean(), nullable=False),
    sa.Column('dementia', sa.Boolean(), nullable=False),
    sa.Column('mental_disorder', sa.Boolean(), nullable=False),
    sa.Column('risk_events_30d', sa.SmallInteger(), nullable=False),
    sa.Column('total', sa.SmallInteger(), nullable=False),
    sa.Column('dimensions', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('preliminary_level', sa.SmallInteger(), nullable=False),
    sa.Column('level', sa.SmallInteger(), nullable=False),
    sa.Column('reasons', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('note', sa.Text(), server_default='', nullable=False),
    sa.Column('corrects_id', sa.Uuid(), nullable=True),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('superseded_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('recorded_by', sa.String(length=80), nullable=False),
    sa.CheckConstraint('due_on > assessed_on', name=op.f('ck_assessment_due_after')),
    sa.CheckConstraint('first_assessor <> second_assessor', name=op.f('ck_assessment_two_assessors')),
    sa.CheckConstraint('risk_events_30d >= 0', name=op.f('ck_assessment_risk_events')),
    sa.CheckConstraint('total >= 0 AND preliminary_level >= 0 AND level >= preliminary_level', name=op.f('ck_assessment_result')),
    sa.ForeignKeyConstraint(['corrects_id'], ['assessment.id'], name=op.f('fk_assessment_corrects_id')),
    sa.ForeignKeyConstraint(['elder_id'], ['elder.id'], name=op.f('fk_assessment_elder_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_assessment'))
    )
    op.create_index('ix_assessment_assessed_on_id', 'assessment', ['assessed_on', 'id'], unique=False, postgresql_where=sa.text('superseded_at IS NULL'))
    op.create_index('ix_assessment_corrects_id', 'assessment', ['corrects_id'], unique=False, postgresql_where=sa.text('corrects_id IS NOT NULL'))
    op.create_index('uq_assessment_elder_id_assessed_on_current', 'assessment', ['elder_id', 'assessed_on'], unique=True, postgresql_where=sa.text('superseded_at IS NULL'))
    op.create_table('audit_sealed_row',
    sa.Column('row_id', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('seal_seq', sa.Integer(), nullable=False),
    sa.Column('hash', sa.String(length=64), nullable=False),
    sa.ForeignKeyConstraint(['seal_seq'], ['audit_seal.seq'], name=op.f('fk_audit_sealed_row_seal_seq')),
    sa.PrimaryKeyConstraint('row_id', name=op.f('pk_audit_sealed_row'))
    )
    op.create_index('ix_audit_sealed_row_seal_seq', 'audit_sealed_row', ['seal_seq'], unique=False)
    op.create_table('circumstance',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('elder_id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('value', sa.String(length=40), nullable=False),
    sa.Column('valid', postgresql.DATERANGE(), nullable=False),
    sa.Column('origin', sa.String(length=20), server_default='office', nullable=False),
    sa.Column('note', sa.Text(), server_default='', nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('superseded_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('recorded_by', sa.String(length=80), nullable=False),
    postgresql.ExcludeConstraint((sa.column('elder_id'), '='), (sa.column('kind'), '='), (sa.column('valid'), '&&'), where=sa.text('superseded_at IS NULL'), using='gist', name='circumstance_one_at_a_time'),
    sa.CheckConstraint("(kind = 'economic_category' AND value IN ('destitute', 'minimum_living', 'low_income', 'ordinary')) OR (kind = 'self_care_tier' AND value IN ('self', 'half', 'full')) OR (kind = 'support_setting' AND value IN ('home', 'institution')) OR (kind = 'urban_rural' AND value IN ('urban', 'rural')) OR (kind = 'living_situation' AND value IN ('with_family', 'alone', 'empty_nest', 'left_behind', 'lost_child', 'institution')) OR (kind = 'ltci' AND value IN ('none', 'insured', 'beneficiary')) OR (kind = 'death' AND value IN ('dead')) OR (kind = 'residence' AND value ~ '^([0-9a-zA-Z][0-9a-zA-Z-]{1,39})$') OR (kind = 'hukou' AND value ~ '^([0-9a-zA-Z][0-9a-zA-Z-]{1,39})$') OR (kind = 'disability' AND value ~ '^(none|(visual|hearing|speech|physical|intellectual|mental|multiple):[1-4])$')", name=op.f('ck_circumstance_value')),
    sa.CheckConstraint("origin IN ('office', 'import', 'assessment', 'demo')", name=op.f('ck_circumstance_origin')),
    sa.CheckConstraint('NOT isempty(valid) AND NOT lower_inf(valid)', name=op.f('ck_circumstance_valid')),
    sa.ForeignKeyConstraint(['elder_id'], ['elder.id'], name=op.f('fk_circumstance_elder_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_circumstance'))
    )
    op.create_index('ix_circumstance_replaced', 'circumstance', ['elder_id'], unique=False, postgresql_where=sa.text('superseded_at IS NOT NULL'))
    op.create_table('community_visit',
    sa.Column('elder_id', sa.Uuid(), nullable=False),
    sa.Column('visited_on', sa.Date(), nullable=False),
    sa.Column('outcome', sa.String(length=20), nullable=False),
    sa.Column('note', sa.Text(), server_default='', nullable=False),
    sa.Column('visited_by', sa.Uuid(), nullable=True),
    sa.Column('visitor_name', sa.String(length=80), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('superseded_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('recorded_by', sa.String(length=80), nullable=False),
    sa.CheckConstraint("outcome IN ('well', 'needs_help', 'hospital', 'moved', 'not_met')", name=op.f('ck_community_visit_outcome')),
    sa.ForeignKeyConstraint(['elder_id'], ['elder.id'], name=op.f('fk_community_visit_elder_id')),
    sa.ForeignKeyConstraint(['visited_by'], ['user_account.id'], name=op.f('fk_community_visit_visited_by')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_community_visit'))
    )
    op.create_index('uq_community_visit_elder_id_visited_on_current', 'community_visit', ['elder_id', 'visited_on'], unique=True, postgresql_where=sa.text('superseded_at IS NULL'))
    op.create_table('institution',
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('legal_name', sa.String(length=200), nullable=True),
    sa.Column('pinyin', sa.Text(collation='C'), nullable=False),
    sa.Column('initials', sa.String(length=200), nullable=False),
    sa.Column('search_key', sa.Text(), nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('ownership', sa.String(length=20), nullable=True),
    sa.Column('nature', sa.String(length=20), nullable=True),
    sa.Column('uscc', sa.String(length=18), nullable=True),
    sa.Column('address', sa.String(length=300), server_default='', nullable=False),
    sa.Column('latitude', sa.Float(), nullable=True),
    sa.Column('longitude', sa.Float(), nullable=True),
    sa.Column('phone', sa.String(length=40), nullable=True),
    sa.Column('region_id', sa.Uuid(), nullable=False),
    sa.Column('filed_on', sa.Date(), nullable=True),
    sa.Column('opened_on', sa.Date(), nullable=True),
    sa.Column('closed_on', sa.Date(), nullable=True),
    sa.Column('licensed_beds', sa.Integer(), nullable=True),
    sa.Column('beds_mode', sa.String(length=10), server_default='single', nullable=False),
    sa.Column('floor_area_m2', sa.Integer(), nullable=True),
    sa.Column('has_clinic', sa.Boolean(), server_default=sa.text('false'), nullable=False),
    sa.Column('price_low_fen', sa.BigInteger(), nullable=True),
    sa.Column('price_high_fen', sa.BigInteger(), nullable=True),
    sa.Column('introduction', sa.Text(), server_default='', nullable=False),
    sa.Column('published', sa.Boolean(), server_default=sa.text('true'), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_by', sa.String(length=80), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False),
    sa.Column('region_path', sa.Text(collation='C'), nullable=False),
    sa.CheckConstraint("beds_mode IN ('single', 'counts')", name=op.f('ck_institution_beds_mode')),
    sa.CheckConstraint("kind IN ('care_home', 'town_centre', 'station', 'day_care', 'rural_home')", name=op.f('ck_institution_kind')),
    sa.CheckConstraint("nature IS NULL OR nature IN ('public_unit', 'nonprofit', 'profit')", name=op.f('ck_institution_nature')),
    sa.CheckConstraint("ownership IS NULL OR ownership IN ('public', 'delegated', 'private')", name=op.f('ck_institution_ownership')),
    sa.CheckConstraint('0 <= price_low_fen AND price_low_fen <= price_high_fen', name=op.f('ck_institution_price')),
    sa.CheckConstraint('floor_area_m2 >= 0', name=op.f('ck_institution_floor_area')),
    sa.CheckConstraint('latitude BETWEEN -90 AND 90 AND longitude BETWEEN -180 AND 180', name=op.f('ck_institution_position')),
    sa.CheckConstraint('licensed_beds >= 0', name=op.f('ck_institution_licensed_beds')),
    sa.ForeignKeyConstraint(['region_id'], ['region.id'], name=op.f('fk_institution_region_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_institution')),
    sa.UniqueConstraint('uscc', name=op.f('uq_institution_uscc'))
    )
    op.create_index('ix_institution_pinyin_id', 'institution', ['pinyin', 'id'], unique=False)
    op.create_index(op.f('ix_institution_region_id'), 'institution', ['region_id'], unique=False)
    op.create_index('ix_institution_region_path', 'institution', ['region_path'], unique=False)
    op.create_index('ix_institution_search_key', 'institution', ['search_key'], unique=False, postgresql_using='gin', postgresql_ops={'search_key': 'gin_trgm_ops'})
    op.create_table('institution_import',
    sa.Column('mapping', sa.String(length=40), nullable=False),
    sa.Column('mapping_hash', sa.String(length=64), nullable=False),
    sa.Column('file_id', sa.Uuid(), nullable=False),
    sa.Column('file_name', sa.String(length=255), nullable=False),
    sa.Column('encoding', sa.String(length=20), nullable=False),
    sa.Column('columns', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('as_of', sa.Date(), nullable=False),
    sa.Column('state', sa.String(length=12), nullable=False),
    sa.Column('plan_hash', sa.String(length=64), nullable=False),
    sa.Column('new_count', sa.Integer(), nullable=False),
    sa.Column('changed_count', sa.Integer(), nullable=False),
    sa.Column('unchanged_count', sa.Integer(), nullable=False),
    sa.Column('refused_count', sa.Integer(), nullable=False),
    sa.Column('warned_count', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('created_by', sa.String(length=80), nullable=False),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('decided_by', sa.String(length=80), nullable=True),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False),
    sa.Column('region_path', sa.Text(collation='C'), nullable=False),
    sa.CheckConstraint("state IN ('previewed', 'confirmed', 'discarded')", name=op.f('ck_institution_import_state')),
    sa.ForeignKeyConstraint(['file_id'], ['stored_file.id'], name=op.f('fk_institution_import_file_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_institution_import'))
    )
    op.create_index(op.f('ix_institution_import_created_at'), 'institution_import', ['created_at'], unique=False)
    op.create_index('ix_institution_import_region_path', 'institution_import', ['region_path'], unique=False)
    op.create_table('notice',
    sa.Column('user_id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.String(length=60), nullable=False),
    sa.Column('msgid', sa.Text(), nullable=False),
    sa.Column('params', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('link', sa.String(length=300), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('created_by', sa.String(length=80), nullable=False),
    sa.Column('read_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.CheckConstraint("link LIKE '/%' AND link NOT LIKE '//%'", name=op.f('ck_notice_link')),
    sa.ForeignKeyConstraint(['user_id'], ['user_account.id'], name=op.f('fk_notice_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_notice'))
    )
    op.create_index('ix_notice_of_user', 'notice', ['user_id', sa.literal_column('created_at DESC')], unique=False)
    op.create_index('uq_notice_unread', 'notice', ['user_id', 'kind', 'link'], unique=True, postgresql_where=sa.text('read_at IS NULL'))
    op.create_table('stored_file_chunk',
    sa.Column('file_id', sa.Uuid(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('content', sa.LargeBinary(), nullable=False),
    sa.ForeignKeyConstraint(['file_id'], ['stored_file.id'], name=op.f('fk_stored_file_chunk_file_id')),
    sa.PrimaryKeyConstraint('file_id', 'number', name=op.f('pk_stored_file_chunk'))
    )
    op.create_table('subsidy_run',
    sa.Column('jurisdiction', sa.String(length=40), nullable=False),
    sa.Column('scheme_set', sa.String(length=400), nullable=False),
    sa.Column('month', sa.Date(), nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('state', sa.String(length=20), nullable=False),
    sa.Column('pack_hash', sa.String(length=64), nullable=False),
    sa.Column('base_hash', sa.String(length=64), nullable=True),
    sa.Column('engine_version', sa.String(length=20), nullable=False),
    sa.Column('made_by', sa.String(length=80), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('known_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('facts_hash', sa.String(length=64), nullable=True),
    sa.Column('lines_hash', sa.String(length=64), nullable=True),
    sa.Column('persons', sa.Integer(), nullable=False),
    sa.Column('lines', sa.Integer(), nullable=False),
    sa.Column('skipped', sa.Integer(), nullable=False),
    sa.Column('total_fen', sa.BigInteger(), nullable=False),
    sa.Column('totals', postgresql.JSONB(astext_type=sa.Text()), nullable=True),
    sa.Column('computed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('reviewed_by', sa.String(length=80), nullable=True),
    sa.Column('reviewed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('approved_by', sa.String(length=80), nullable=True),
    sa.Column('approved_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('cancelled_reason', sa.String(length=500), nullable=True),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False),
    sa.Column('region_path', sa.Text(collation='C'), nullable=False),
    sa.CheckConstraint("kind IN ('regular', 'supplement')", name=op.f('ck_subsidy_run_kind')),
    sa.CheckConstraint("state IN ('draft', 'frozen', 'computing', 'computed', 'reviewed', 'approved', 'exported', 'paid', 'reconciled', 'cancelled')", name=op.f('ck_subsidy_run_state')),
    sa.CheckConstraint("state NOT IN ('approved', 'exported', 'paid', 'reconciled') OR approved_by IS NOT NULL", name=op.f('ck_subsidy_run_approved')),
    sa.CheckConstraint("state NOT IN ('reviewed', 'approved') OR reviewed_by IS NOT NULL", name=op.f('ck_subsidy_run_reviewed')),
    sa.CheckConstraint('approved_by IS NULL OR approved_by <> made_by', name=op.f('ck_subsidy_run_approver')),
    sa.CheckConstraint('extract(day FROM month) = 1', name=op.f('ck_subsidy_run_month')),
    sa.CheckConstraint('reviewed_by IS NULL OR reviewed_by <> made_by', name=op.f('ck_subsidy_run_reviewer')),
    sa.CheckConstraint('total_fen >= 0 AND lines >= 0 AND persons >= 0 AND skipped >= 0', name=op.f('ck_subsidy_run_totals')),
    sa.ForeignKeyConstraint(['base_hash'], ['published_pack.content_hash'], name=op.f('fk_subsidy_run_base_hash')),
    sa.ForeignKeyConstraint(['pack_hash'], ['published_pack.content_hash'], name=op.f('fk_subsidy_run_pack_hash')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_subsidy_run'))
    )
    op.create_index('ix_subsidy_run_region_path', 'subsidy_run', ['region_path'], unique=False)
    op.create_index('uq_subsidy_run_regular', 'subsidy_run', ['jurisdiction', 'scheme_set', 'month'], unique=True, postgresql_where=sa.text("kind = 'regular' AND state <> 'cancelled'"))
    op.create_table('user_scope',
    sa.Column('user_id', sa.Uuid(), nullable=False),
    sa.Column('role', sa.String(length=30), nullable=False),
    sa.Column('division_path', sa.Text(collation='C'), nullable=True),
    sa.Column('institution_id', sa.Uuid(), nullable=True),
    sa.Column('elder_id', sa.Uuid(), nullable=True),
    sa.Column('granted_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('granted_by', sa.String(length=80), nullable=False),
    sa.Column('revoked_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('revoked_by', sa.String(length=80), nullable=True),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.CheckConstraint("division_path ~ '^/.*/$'", name=op.f('ck_user_scope_division_path')),
    sa.CheckConstraint("role IN ('administrator', 'official', 'community_worker', 'operator', 'assessor', 'inspector', 'evaluator', 'family')", name=op.f('ck_user_scope_role')),
    sa.CheckConstraint('(revoked_at IS NULL) = (revoked_by IS NULL)', name=op.f('ck_user_scope_revoked')),
    sa.CheckConstraint('num_nonnulls(division_path, institution_id, elder_id) = 1', name=op.f('ck_user_scope_one_target')),
    sa.ForeignKeyConstraint(['user_id'], ['user_account.id'], name=op.f('fk_user_scope_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_user_scope'))
    )
    op.create_index(op.f('ix_user_scope_elder_id'), 'user_scope', ['elder_id'], unique=False)
    op.create_index(op.f('ix_user_scope_institution_id'), 'user_scope', ['institution_id'], unique=False)
    op.create_index(op.f('ix_user_scope_user_id'), 'user_scope', ['user_id'], unique=False)
    op.create_index('uq_user_scope_held', 'user_scope', ['user_id', 'role', 'division_path', 'institution_id', 'elder_id'], unique=True, postgresql_nulls_not_distinct=True, postgresql_where=sa.text('revoked_at IS NULL'))
    op.create_table('bed_confirmation',
    sa.Column('institution_id', sa.Uuid(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('by', sa.Text(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('region_path', sa.Text(collation='C'), nullable=False),
    sa.ForeignKeyConstraint(['institution_id'], ['institution.id'], name=op.f('fk_bed_confirmation_institution_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_bed_confirmation'))
    )
    op.create_index('ix_bed_confirmation_institution_id_at', 'bed_confirmation', ['institution_id', 'at'], unique=False)
    op.create_table('bed_count',
    sa.Column('institution_id', sa.Uuid(), nullable=False),
    sa.Column('bed_type', sa.Text(), nullable=False),
    sa.Column('total', sa.Integer(), nullable=False),
    sa.Column('occupied', sa.Integer(), nullable=False),
    sa.Column('reported_average', sa.Numeric(precision=12, scale=4), nullable=True),
    sa.Column('during', postgresql.TSTZRANGE(), nullable=False),
    sa.Column('source', sa.Text(), server_default='', nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('superseded_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('recorded_by', sa.String(length=80), nullable=False),
    sa.Column('region_path', sa.Text(collation='C'), nullable=False),
    postgresql.ExcludeConstraint((sa.column('institution_id'), '='), (sa.column('bed_type'), '='), (sa.column('during'), '&&'), where=sa.text('superseded_at IS NULL'), using='gist', name='bed_count_one_at_a_time'),
    sa.CheckConstraint("bed_type IN ('nursing', 'ordinary', 'dementia')", name=op.f('ck_bed_count_type_known')),
    sa.CheckConstraint('NOT isempty(during) AND NOT lower_inf(during)', name=op.f('ck_bed_count_not_empty')),
    sa.CheckConstraint('total >= 0 AND occupied >= 0', name=op.f('ck_bed_count_not_negative')),
    sa.ForeignKeyConstraint(['institution_id'], ['institution.id'], name=op.f('fk_bed_count_institution_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_bed_count'))
    )
    op.create_index('ix_bed_count_region_path', 'bed_count', ['region_path'], unique=False)
    op.create_table('elder_grant',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('elder_id', sa.Uuid(), nullable=False),
    sa.Column('ground', sa.String(length=10), nullable=False),
    sa.Column('institution_id', sa.Uuid(), nullable=True),
    sa.Column('user_id', sa.Uuid(), nullable=True),
    sa.Column('valid', postgresql.DATERANGE(), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('superseded_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('recorded_by', sa.String(length=80), nullable=False),
    sa.CheckConstraint("(ground = 'stay') = (institution_id IS NOT NULL)", name=op.f('ck_elder_grant_stay_of_institution')),
    sa.CheckConstraint("ground IN ('stay', 'task', 'family')", name=op.f('ck_elder_grant_ground')),
    sa.CheckConstraint('NOT isempty(valid) AND NOT lower_inf(valid)', name=op.f('ck_elder_grant_valid')),
    sa.CheckConstraint('num_nonnulls(institution_id, user_id) = 1', name=op.f('ck_elder_grant_one_holder')),
    sa.ForeignKeyConstraint(['elder_id'], ['elder.id'], name=op.f('fk_elder_grant_elder_id')),
    sa.ForeignKeyConstraint(['institution_id'], ['institution.id'], name=op.f('fk_elder_grant_institution_id')),
    sa.ForeignKeyConstraint(['user_id'], ['user_account.id'], name=op.f('fk_elder_grant_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_elder_grant'))
    )
    op.create_index('ix_elder_grant_elder_id', 'elder_grant', ['elder_id'], unique=False)
    op.create_index('ix_elder_grant_institution_id_elder_id', 'elder_grant', ['institution_id', 'elder_id'], unique=False, postgresql_where=sa.text('institution_id IS NOT NULL AND superseded_at IS NULL'))
    op.create_index('ix_elder_grant_user_id', 'elder_grant', ['user_id'], unique=False, postgresql_where=sa.text('user_id IS NOT NULL AND superseded_at IS NULL'))
    op.create_table('episode',
    sa.Column('institution_id', sa.Uuid(), nullable=False),
    sa.Column('elder_id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('region_path', sa.Text(collation='C'), nullable=False),
    sa.ForeignKeyConstraint(['elder_id'], ['elder.id'], name=op.f('fk_episode_elder_id')),
    sa.ForeignKeyConstraint(['institution_id'], ['institution.id'], name=op.f('fk_episode_institution_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_episode'))
    )
    op.create_index(op.f('ix_episode_elder_id'), 'episode', ['elder_id'], unique=False)
    op.create_index(op.f('ix_episode_institution_id'), 'episode', ['institution_id'], unique=False)
    op.create_table('home_bed',
    sa.Column('contract_id', sa.Uuid(), nullable=False),
    sa.Column('elder_id', sa.Uuid(), nullable=False),
    sa.Column('institution_id', sa.Uuid(), nullable=False),
    sa.Column('valid', postgresql.DATERANGE(), nullable=False),
    sa.Column('level', sa.SmallInteger(), nullable=False),
    sa.Column('note', sa.Text(), server_default='', nullable=False),
    sa.Column('close_reason', sa.Text(), nullable=True),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('superseded_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('recorded_by', sa.String(length=80), nullable=False),
    sa.Column('region_path', sa.Text(collation='C'), nullable=False),
    postgresql.ExcludeConstraint((sa.column('elder_id'), '='), (sa.column('valid'), '&&'), where=sa.text('superseded_at IS NULL'), using='gist', name='home_bed_one_per_elder'),
    sa.CheckConstraint("close_reason IS NULL OR close_reason IN ('ended', 'moved', 'admitted', 'died', 'refused', 'provider')", name=op.f('ck_home_bed_close_reason')),
    sa.CheckConstraint('NOT isempty(valid) AND NOT lower_inf(valid)', name=op.f('ck_home_bed_valid')),
    sa.CheckConstraint('level BETWEEN 0 AND 9', name=op.f('ck_home_bed_level')),
    sa.ForeignKeyConstraint(['elder_id'], ['elder.id'], name=op.f('fk_home_bed_elder_id')),
    sa.ForeignKeyConstraint(['institution_id'], ['institution.id'], name=op.f('fk_home_bed_institution_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_home_bed'))
    )
    op.create_index('ix_home_bed_institution_id', 'home_bed', ['institution_id'], unique=False)
    op.create_index('ix_home_bed_region_path', 'home_bed', ['region_path'], unique=False)
    op.create_index('uq_home_bed_contract_id_current', 'home_bed', ['contract_id'], unique=True, postgresql_where=sa.text('superseded_at IS NULL'))
    op.create_table('inspection_record',
    sa.Column('institution_id', sa.Uuid(), nullable=False),
    sa.Column('on_date', sa.Date(), nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('source', sa.String(length=60), nullable=False),
    sa.Column('inspector_ids', postgresql.JSONB(astext_type=sa.Text()), server_default='[]', nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('superseded_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('recorded_by', sa.String(length=80), nullable=False),
    sa.Column('region_path', sa.Text(collation='C'), nullable=False),
    sa.CheckConstraint("kind IN ('check', 'filing', 'rating', 'follow_up')", name=op.f('ck_inspection_record_kind')),
    sa.ForeignKeyConstraint(['institution_id'], ['institution.id'], name=op.f('fk_inspection_record_institution_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_inspection_record'))
    )
    op.create_index('ix_inspection_record_region_path', 'inspection_record', ['region_path'], unique=False)
    op.create_index('uq_inspection_record_current', 'inspection_record', ['institution_id', 'on_date', 'kind', 'source'], unique=True, postgresql_where=sa.text('superseded_at IS NULL'))
    op.create_table('inspection_task',
    sa.Column('plan_id', sa.Uuid(), nullable=False),
    sa.Column('institution_id', sa.Uuid(), nullable=False),
    sa.Column('reasons', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('earliest', sa.Date(), nullable=False),
    sa.Column('ideal', sa.Date(), nullable=False),
    sa.Column('latest', sa.Date(), nullable=False),
    sa.Column('priority', sa.SmallInteger(), nullable=False),
    sa.Column('unplaced_code', sa.String(length=30), nullable=True),
    sa.Column('unplaced_facts', postgresql.JSONB(astext_type=sa.Text()), server_default='{}', nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('region_path', sa.Text(collation='C'), nullable=False),
    sa.CheckConstraint('earliest <= ideal AND ideal <= latest', name=op.f('ck_inspection_task_window')),
    sa.ForeignKeyConstraint(['institution_id'], ['institution.id'], name=op.f('fk_inspection_task_institution_id')),
    sa.ForeignKeyConstraint(['plan_id'], ['inspection_plan.id'], name=op.f('fk_inspection_task_plan_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_inspection_task')),
    sa.UniqueConstraint('id', 'plan_id', name=op.f('uq_inspection_task_id_plan_id'))
    )
    op.create_index(op.f('ix_inspection_task_institution_id'), 'inspection_task', ['institution_id'], unique=False)
    op.create_index(op.f('ix_inspection_task_plan_id'), 'inspection_task', ['plan_id'], unique=False)
    op.create_index('ix_inspection_task_region_path', 'inspection_task', ['region_path'], unique=False)
    op.create_table('institution_import_row',
    sa.Column('import_id', sa.Uuid(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('outcome', sa.String(length=10), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('institution_id', sa.Uuid(), nullable=True),
    sa.Column('changes', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('problems', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('warnings', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('cells', postgresql.JSONB(astext_type=sa.Text()), nullable=True),
    sa.Column('region_path', sa.Text(collation='C'), nullable=False),
    sa.CheckConstraint("outcome IN ('new', 'changed', 'unchanged', 'refused')", name=op.f('ck_institution_import_row_outcome')),
    sa.ForeignKeyConstraint(['import_id'], ['institution_import.id'], name=op.f('fk_institution_import_row_import_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('import_id', 'number', name=op.f('pk_institution_import_row'))
    )
    op.create_index('ix_institution_import_row_region_path', 'institution_import_row', ['region_path'], unique=False)
    op.create_table('institution_number',
    sa.Column('institution_id', sa.Uuid(), nullable=False),
    sa.Column('source', sa.String(length=40), nullable=False),
    sa.Column('number', sa.String(length=60), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('region_path', sa.Text(collation='C'), nullable=False),
    sa.ForeignKeyConstraint(['institution_id'], ['institution.id'], name=op.f('fk_institution_number_institution_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_institution_number')),
    sa.UniqueConstraint('source', 'number', name=op.f('uq_institution_number_source_number'))
    )
    op.create_index(op.f('ix_institution_number_institution_id'), 'institution_number', ['institution_id'], unique=False)
    op.create_index('ix_institution_number_region_path', 'institution_number', ['region_path'], unique=False)
    op.create_table('institution_paper',
    sa.Column('institution_id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('number', sa.String(length=80), nullable=False),
    sa.Column('issuer', sa.String(length=120), server_default='', nullable=False),
    sa.Column('issued_on', sa.Date(), nullable=True),
    sa.Column('expires_on', sa.Date(), nullable=True),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('recorded_by', sa.String(length=80), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False),
    sa.Column('region_path', sa.Text(collation='C'), nullable=False),
    sa.CheckConstraint("kind IN ('filing', 'registration', 'fire', 'food', 'medical', 'insurance')", name=op.f('ck_institution_paper_kind')),
    sa.CheckConstraint('expires_on IS NULL OR issued_on IS NULL OR issued_on <= expires_on', name=op.f('ck_institution_paper_dates')),
    sa.ForeignKeyConstraint(['institution_id'], ['institution.id'], name=op.f('fk_institution_paper_institution_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_institution_paper')),
    sa.UniqueConstraint('institution_id', 'kind', 'number', name=op.f('uq_institution_paper_institution_id_kind_number'))
    )
    op.create_index(op.f('ix_institution_paper_expires_on'), 'institution_paper', ['expires_on'], unique=False)
    op.create_index(op.f('ix_institution_paper_institution_id'), 'institution_paper', ['institution_id'], unique=False)
    op.create_index('ix_institution_paper_region_path', 'institution_paper', ['region_path'], unique=False)
    op.create_table('institution_rating',
    sa.Column('institution_id', sa.Uuid(), nullable=False),
    sa.Column('scheme', sa.String(length=40), nullable=False),
    sa.Column('stars', sa.SmallInteger(), nullable=False),
    sa.Column('valid', postgresql.DATERANGE(), nullable=False),
    sa.Column('certificate', sa.String(length=80), nullable=True),
    sa.Column('source', sa.String(length=200), server_default='', nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('superseded_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('recorded_by', sa.String(length=80), nullable=False),
    sa.Column('region_path', sa.Text(collation='C'), nullable=False),
    postgresql.ExcludeConstraint((sa.column('institution_id'), '='), (sa.column('scheme'), '='), (sa.column('valid'), '&&'), where=sa.text('superseded_at IS NULL'), using='gist', name='institution_rating_one_at_a_time'),
    sa.CheckConstraint('NOT isempty(valid) AND NOT lower_inf(valid)', name=op.f('ck_institution_rating_valid')),
    sa.CheckConstraint('stars BETWEEN 1 AND 5', name=op.f('ck_institution_rating_stars')),
    sa.ForeignKeyConstraint(['institution_id'], ['institution.id'], name=op.f('fk_institution_rating_institution_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_institution_rating'))
    )
    op.create_index(op.f('ix_institution_rating_institution_id'), 'institution_rating', ['institution_id'], unique=False)
    op.create_index('ix_institution_rating_region_path', 'institution_rating', ['region_path'], unique=False)
    op.create_table('institution_report',
    sa.Column('institution_id', sa.Uuid(), nullable=False),
    sa.Column('source', sa.String(length=40), nullable=False),
    sa.Column('as_of', sa.Date(), nullable=False),
    sa.Column('beds', sa.Integer(), nullable=True),
    sa.Column('nursing_beds', sa.Integer(), nullable=True),
    sa.Column('residents', sa.Numeric(precision=10, scale=4), nullable=True),
    sa.Column('nursing_residents', sa.Numeric(precision=10, scale=4), nullable=True),
    sa.Column('ordinary_beds', sa.Integer(), nullable=True),
    sa.Column('ordinary_residents', sa.Numeric(precision=10, scale=4), nullable=True),
    sa.Column('last_inspected_on', sa.Date(), nullable=True),
    sa.Column('warnings', postgresql.JSONB(astext_type=sa.Text()), server_default='[]', nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('superseded_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('recorded_by', sa.String(length=80), nullable=False),
    sa.Column('region_path', sa.Text(collation='C'), nullable=False),
    sa.CheckConstraint('beds >= 0 AND residents >= 0', name=op.f('ck_institution_report_not_negative')),
    sa.ForeignKeyConstraint(['institution_id'], ['institution.id'], name=op.f('fk_institution_report_institution_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_institution_report'))
    )
    op.create_index('ix_institution_report_region_path', 'institution_report', ['region_path'], unique=False)
    op.create_index('uq_institution_report_current', 'institution_report', ['institution_id', 'source', 'as_of'], unique=True, postgresql_where=sa.text('superseded_at IS NULL'))
    op.create_table('room',
    sa.Column('institution_id', sa.Uuid(), nullable=False),
    sa.Column('building', sa.Text(), server_default='', nullable=False),
    sa.Column('floor', sa.Text(), server_default='', nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('region_path', sa.Text(collation='C'), nullable=False),
    sa.ForeignKeyConstraint(['institution_id'], ['institution.id'], name=op.f('fk_room_institution_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_room')),
    sa.UniqueConstraint('institution_id', 'building', 'floor', 'name', name=op.f('uq_room_institution_id_building_floor_name'))
    )
    op.create_table('staff_member',
    sa.Column('institution_id', sa.Uuid(), nullable=True),
    sa.Column('employer', sa.String(length=120), server_default='', nullable=False),
    sa.Column('name', sa.String(length=80), nullable=False),
    sa.Column('pinyin', sa.String(length=240), nullable=False),
    sa.Column('job', sa.String(length=20), nullable=False),
    sa.Column('started_on', sa.Date(), nullable=True),
    sa.Column('ended_on', sa.Date(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('created_by', sa.String(length=80), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False),
    sa.Column('region_path', sa.Text(collation='C'), nullable=False),
    sa.CheckConstraint("institution_id IS NOT NULL OR employer <> ''", name=op.f('ck_staff_member_employer')),
    sa.CheckConstraint("job IN ('director', 'carer', 'nurse', 'social_worker', 'assessor', 'inspector', 'other')", name=op.f('ck_staff_member_job')),
    sa.CheckConstraint('ended_on IS NULL OR started_on IS NULL OR started_on <= ended_on', name=op.f('ck_staff_member_dates')),
    sa.ForeignKeyConstraint(['institution_id'], ['institution.id'], name=op.f('fk_staff_member_institution_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_staff_member'))
    )
    op.create_index(op.f('ix_staff_member_institution_id'), 'staff_member', ['institution_id'], unique=False)
    op.create_index('ix_staff_member_pinyin_id', 'staff_member', ['pinyin', 'id'], unique=False)
    op.create_index('ix_staff_member_region_path', 'staff_member', ['region_path'], unique=False)
    op.create_table('subsidy_run_chunk',
    sa.Column('run_id', sa.Uuid(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('attempt', sa.Integer(), nullable=False),
    sa.Column('rung_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('facts', sa.LargeBinary(), nullable=False),
    sa.Column('facts_hash', sa.String(length=64), nullable=False),
    sa.Column('persons', sa.Integer(), nullable=False),
    sa.Column('lines', sa.Integer(), nullable=False),
    sa.Column('skipped', sa.Integer(), nullable=False),
    sa.Column('total_fen', sa.BigInteger(), nullable=False),
    sa.Column('lines_hash', sa.String(length=64), nullable=True),
    sa.Column('error', sa.Text(), nullable=True),
    sa.Column('done_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('region_path', sa.Text(collation='C'), nullable=False),
    sa.CheckConstraint("state <> 'done' OR lines_hash IS NOT NULL", name=op.f('ck_subsidy_run_chunk_done')),
    sa.CheckConstraint("state <> 'failed' OR error IS NOT NULL", name=op.f('ck_subsidy_run_chunk_failed')),
    sa.CheckConstraint("state IN ('open', 'done', 'failed')", name=op.f('ck_subsidy_run_chunk_state')),
    sa.ForeignKeyConstraint(['run_id'], ['subsidy_run.id'], name=op.f('fk_subsidy_run_chunk_run_id')),
    sa.PrimaryKeyConstraint('run_id', 'number', name=op.f('pk_subsidy_run_chunk'))
    )
    op.create_index('ix_subsidy_run_chunk_open', 'subsidy_run_chunk', ['state'], unique=False, postgresql_where=sa.text("state <> 'done'"))
    op.create_table('subsidy_run_event',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('run_id', sa.Uuid(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('by', sa.String(length=80), nullable=False),
    sa.Column('by_name', sa.String(length=120), nullable=False),
    sa.Column('from_state', sa.String(length=20), nullable=True),
    sa.Column('to_state', sa.String(length=20), nullable=False),
    sa.Column('note', sa.String(length=500), nullable=True),
    sa.Column('region_path', sa.Text(collation='C'), nullable=False),
    sa.ForeignKeyConstraint(['run_id'], ['subsidy_run.id'], name=op.f('fk_subsidy_run_event_run_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_subsidy_run_event'))
    )
    op.create_index('ix_subsidy_run_event_run', 'subsidy_run_event', ['run_id', 'id'], unique=False)
    op.create_table('bed',
    sa.Column('institution_id', sa.Uuid(), nullable=False),
    sa.Column('room_id', sa.Uuid(), nullable=False),
    sa.Column('label', sa.Text(), nullable=False),
    sa.Column('bed_type', sa.Text(), nullable=False),
    sa.Column('sex_rule', sa.Text(), server_default='any', nullable=False),
    sa.Column('price_fen', sa.BigInteger(), server_default='0', nullable=False),
    sa.Column('subsidised', sa.Boolean(), server_default=sa.text('false'), nullable=False),
    sa.Column('open', postgresql.TSTZRANGE(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False),
    sa.Column('region_path', sa.Text(collation='C'), nullable=False),
    sa.CheckConstraint("bed_type IN ('nursing', 'ordinary', 'dementia')", name=op.f('ck_bed_type_known')),
    sa.CheckConstraint("sex_rule IN ('any', 'm', 'f')", name=op.f('ck_bed_sex_rule_known')),
    sa.CheckConstraint('NOT isempty(open) AND NOT lower_inf(open)', name=op.f('ck_bed_open_from_a_day')),
    sa.CheckConstraint('price_fen >= 0', name=op.f('ck_bed_price_not_negative')),
    sa.ForeignKeyConstraint(['institution_id'], ['institution.id'], name=op.f('fk_bed_institution_id')),
    sa.ForeignKeyConstraint(['room_id'], ['room.id'], name=op.f('fk_bed_room_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_bed')),
    sa.UniqueConstraint('id', 'institution_id', name=op.f('uq_bed_id_institution_id')),
    sa.UniqueConstraint('room_id', 'label', name=op.f('uq_bed_room_id_label'))
    )
    op.create_index('ix_bed_institution_id_bed_type', 'bed', ['institution_id', 'bed_type'], unique=False)
    op.create_index('ix_bed_region_path', 'bed', ['region_path'], unique=False)
    op.create_table('inspection_visit',
    sa.Column('plan_id', sa.Uuid(), nullable=False),
    sa.Column('task_id', sa.Uuid(), nullable=False),
    sa.Column('institution_id', sa.Uuid(), nullable=False),
    sa.Column('on_date', sa.Date(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('region_path', sa.Text(collation='C'), nullable=False),
    sa.ForeignKeyConstraint(['institution_id'], ['institution.id'], name=op.f('fk_inspection_visit_institution_id')),
    sa.ForeignKeyConstraint(['plan_id'], ['inspection_plan.id'], name=op.f('fk_inspection_visit_plan_id')),
    sa.ForeignKeyConstraint(['task_id', 'plan_id'], ['inspection_task.id', 'inspection_task.plan_id'], name=op.f('fk_inspection_visit_task_id_plan_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_inspection_visit')),
    sa.UniqueConstraint('id', 'plan_id', 'on_date', name=op.f('uq_inspection_visit_id_plan_id_on_date')),
    sa.UniqueConstraint('task_id', name=op.f('uq_inspection_visit_task_id'))
    )
    op.create_index(op.f('ix_inspection_visit_institution_id'), 'inspection_visit', ['institution_id'], unique=False)
    op.create_index('ix_inspection_visit_plan_id_on_date', 'inspection_visit', ['plan_id', 'on_date'], unique=False)
    op.create_index('ix_inspection_visit_region_path', 'inspection_visit', ['region_path'], unique=False)
    op.create_table('inspector',
    sa.Column('staff_id', sa.Uuid(), nullable=False),
    sa.Column('user_id', sa.Uuid(), nullable=True),
    sa.Column('name', sa.String(length=80), nullable=False),
    sa.Column('base_path', sa.Text(collation='C'), nullable=False),
    sa.Column('is_lead', sa.Boolean(), server_default=sa.text('false'), nullable=False),
    sa.Column('daily_capacity', sa.SmallInteger(), server_default='1', nullable=False),
    sa.Column('ended_on', sa.Date(), nullable=True),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False),
    sa.Column('region_path', sa.Text(collation='C'), nullable=False),
    sa.CheckConstraint("base_path ~ '^/.*/$'", name=op.f('ck_inspector_base_path')),
    sa.CheckConstraint('daily_capacity BETWEEN 1 AND 4', name=op.f('ck_inspector_daily_capacity')),
    sa.ForeignKeyConstraint(['staff_id'], ['staff_member.id'], name=op.f('fk_inspector_staff_id')),
    sa.ForeignKeyConstraint(['user_id'], ['user_account.id'], name=op.f('fk_inspector_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_inspector')),
    sa.UniqueConstraint('staff_id', name=op.f('uq_inspector_staff_id')),
    sa.UniqueConstraint('user_id', name=op.f('uq_inspector_user_id'))
    )
    op.create_index('ix_inspector_region_path', 'inspector', ['region_path'], unique=False)
    op.create_table('staff_certificate',
    sa.Column('staff_id', sa.Uuid(), nullable=False),
    sa.Column('institution_id', sa.Uuid(), nullable=True),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('number', sa.String(length=60), nullable=False),
    sa.Column('issuer', sa.String(length=120), server_default='', nullable=False),
    sa.Column('valid', postgresql.DATERANGE(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('superseded_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('recorded_by', sa.String(length=80), nullable=False),
    sa.Column('region_path', sa.Text(collation='C'), nullable=False),
    postgresql.ExcludeConstraint((sa.column('staff_id'), '='), (sa.column('kind'), '='), (sa.column('valid'), '&&'), where=sa.text('superseded_at IS NULL'), using='gist', name='staff_certificate_one_at_a_time'),
    sa.CheckConstraint("kind IN ('inspection', 'rating', 'care', 'nursing', 'social_work', 'assessment', 'safety')", name=op.f('ck_staff_certificate_kind')),
    sa.CheckConstraint('NOT isempty(valid) AND NOT lower_inf(valid)', name=op.f('ck_staff_certificate_valid')),
    sa.ForeignKeyConstraint(['institution_id'], ['institution.id'], name=op.f('fk_staff_certificate_institution_id')),
    sa.ForeignKeyConstraint(['staff_id'], ['staff_member.id'], name=op.f('fk_staff_certificate_staff_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_staff_certificate'))
    )
    op.create_index('ix_staff_certificate_region_path', 'staff_certificate', ['region_path'], unique=False)
    op.create_index(op.f('ix_staff_certificate_staff_id'), 'staff_certificate', ['staff_id'], unique=False)
    op.create_table('stay_leave',
    sa.Column('fact_id', sa.Uuid(), nullable=False),
    sa.Column('episode_id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('during', postgresql.TSTZRANGE(), nullable=False),
    sa.Column('planned_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('reason', sa.Text(), server_default='', nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('superseded_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('recorded_by', sa.String(length=80), nullable=False),
    sa.Column('institution_id', sa.Uuid(), nullable=False),
    sa.Column('region_path', sa.Text(collation='C'), nullable=False),
    postgresql.ExcludeConstraint((sa.column('episode_id'), '='), (sa.column('during'), '&&'), where=sa.text('superseded_at IS NULL'), using='gist', name='stay_leave_one_at_a_time'),
    sa.CheckConstraint("kind IN ('leave', 'hospital')", name=op.f('ck_stay_leave_kind_known')),
    sa.CheckConstraint('NOT isempty(during) AND NOT lower_inf(during)', name=op.f('ck_stay_leave_not_empty')),
    sa.ForeignKeyConstraint(['episode_id'], ['episode.id'], name=op.f('fk_stay_leave_episode_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_stay_leave'))
    )
    op.create_table('subsidy_line',
    sa.Column('run_id', sa.Uuid(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('chunk', sa.Integer(), nullable=False),
    sa.Column('elder_id', sa.Uuid(), nullable=False),
    sa.Column('scheme', sa.String(length=60), nullable=False),
    sa.Column('origin_month', sa.Date(), nullable=False),
    sa.Column('kind', sa.String(length=12), nullable=False),
    sa.Column('sequence', sa.SmallInteger(), nullable=False),
    sa.Column('division', sa.String(length=6), nullable=False),
    sa.Column('days', sa.SmallInteger(), nullable=False),
    sa.Column('amount_fen', sa.BigInteger(), nullable=False),
    sa.Column('assumed', sa.Boolean(), nullable=False),
    sa.Column('trace', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('cancelled', sa.Boolean(), server_default=sa.text('false'), nullable=False),
    sa.Column('region_path', sa.Text(collation='C'), nullable=False),
    sa.CheckConstraint("kind = 'adjustment' OR amount_fen > 0", name=op.f('ck_subsidy_line_amount')),
    sa.CheckConstraint("kind IN ('regular', 'adjustment')", name=op.f('ck_subsidy_line_kind')),
    sa.CheckConstraint('days BETWEEN 0 AND 31', name=op.f('ck_subsidy_line_days')),
    sa.CheckConstraint('extract(day FROM origin_month) = 1', name=op.f('ck_subsidy_line_origin_month')),
    sa.ForeignKeyConstraint(['elder_id'], ['elder.id'], name=op.f('fk_subsidy_line_elder_id')),
    sa.ForeignKeyConstraint(['run_id', 'chunk'], ['subsidy_run_chunk.run_id', 'subsidy_run_chunk.number'], name='fk_subsidy_line_chunk'),
    sa.PrimaryKeyConstraint('run_id', 'number', name=op.f('pk_subsidy_line'))
    )
    op.create_index('ix_subsidy_line_division', 'subsidy_line', ['run_id', 'division'], unique=False)
    op.create_index('uq_subsidy_line_once', 'subsidy_line', ['elder_id', 'scheme', 'origin_month', 'kind', 'sequence'], unique=True, postgresql_where=sa.text('NOT cancelled'))
    op.create_table('subsidy_skip',
    sa.Column('run_id', sa.Uuid(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('chunk', sa.Integer(), nullable=False),
    sa.Column('elder_id', sa.Uuid(), nullable=False),
    sa.Column('scheme', sa.String(length=60), nullable=False),
    sa.Column('division', sa.String(length=6), nullable=False),
    sa.Column('reason', sa.String(length=40), nullable=False),
    sa.Column('detail', sa.String(length=200), nullable=False),
    sa.Column('region_path', sa.Text(collation='C'), nullable=False),
    sa.ForeignKeyConstraint(['elder_id'], ['elder.id'], name=op.f('fk_subsidy_skip_elder_id')),
    sa.ForeignKeyConstraint(['run_id', 'chunk'], ['subsidy_run_chunk.run_id', 'subsidy_run_chunk.number'], name='fk_subsidy_skip_chunk'),
    sa.PrimaryKeyConstraint('run_id', 'number', name=op.f('pk_subsidy_skip'))
    )
    op.create_table('bed_occupancy',
    sa.Column('fact_id', sa.Uuid(), nullable=False),
    sa.Column('revision', sa.Integer(), server_default='1', nullable=False),
    sa.Column('bed_id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('elder_id', sa.Uuid(), nullable=True),
    sa.Column('episode_id', sa.Uuid(), nullable=True),
    sa.Column('during', postgresql.TSTZRANGE(), nullable=False),
    sa.Column('planned_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('end_reason', sa.Text(), nullable=True),
    sa.Column('reason', sa.Text(), server_default='', nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('superseded_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('recorded_by', sa.String(length=80), nullable=False),
    sa.Column('institution_id', sa.Uuid(), nullable=False),
    sa.Column('region_path', sa.Text(collation='C'), nullable=False),
    postgresql.ExcludeConstraint((sa.column('bed_id'), '='), (sa.column('during'), '&&'), where=sa.text('superseded_at IS NULL'), using='gist', name='bed_occupancy_one_per_bed'),
    postgresql.ExcludeConstraint((sa.column('elder_id'), '='), (sa.column('during'), '&&'), where=sa.text('superseded_at IS NULL AND elder_id IS NOT NULL'), using='gist', name='bed_occupancy_one_per_person'),
    sa.CheckConstraint("NOT isempty(during) AND NOT lower_inf(during) AND lower(during) > '-infinity' AND lower_inc(during) AND NOT upper_inc(during)", name=op.f('ck_bed_occupancy_half_open')),
    sa.CheckConstraint("end_reason IS NULL OR end_reason IN ('home', 'hospital', 'other_institution', 'death', 'moved', 'released', 'admitted', 'in_service')", name=op.f('ck_bed_occupancy_end_known')),
    sa.CheckConstraint("kind <> 'hold' OR NOT upper_inf(during)", name=op.f('ck_bed_occupancy_hold_ends')),
    sa.CheckConstraint("kind <> 'stay' OR (elder_id IS NOT NULL AND episode_id IS NOT NULL)", name=op.f('ck_bed_occupancy_stay_has_person')),
    sa.CheckConstraint("kind IN ('stay', 'hold', 'out_of_service')", name=op.f('ck_bed_occupancy_kind_known')),
    sa.ForeignKeyConstraint(['bed_id', 'institution_id'], ['bed.id', 'bed.institution_id'], name=op.f('fk_bed_occupancy_bed_id_institution_id')),
    sa.ForeignKeyConstraint(['elder_id'], ['elder.id'], name=op.f('fk_bed_occupancy_elder_id')),
    sa.ForeignKeyConstraint(['episode_id'], ['episode.id'], name=op.f('fk_bed_occupancy_episode_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_bed_occupancy'))
    )
    op.create_index(op.f('ix_bed_occupancy_episode_id'), 'bed_occupancy', ['episode_id'], unique=False)
    op.create_index('ix_bed_occupancy_institution_id_recorded_at', 'bed_occupancy', ['institution_id', 'recorded_at'], unique=False)
    op.create_index('uq_bed_occupancy_fact_id_current', 'bed_occupancy', ['fact_id'], unique=True, postgresql_where=sa.text('superseded_at IS NULL'))
    op.create_table('conflict_of_interest',
    sa.Column('inspector_id', sa.Uuid(), nullable=False),
    sa.Column('institution_id', sa.Uuid(), nullable=False),
    sa.Column('ground', sa.String(length=20), nullable=False),
    sa.Column('valid', postgresql.DATERANGE(), nullable=False),
    sa.Column('note', sa.String(length=200), server_default='', nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('superseded_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('recorded_by', sa.String(length=80), nullable=False),
    sa.Column('region_path', sa.Text(collation='C'), nullable=False),
    postgresql.ExcludeConstraint((sa.column('inspector_id'), '='), (sa.column('institution_id'), '='), (sa.column('ground'), '='), (sa.column('valid'), '&&'), where=sa.text('superseded_at IS NULL'), using='gist', name='conflict_of_interest_once'),
    sa.CheckConstraint("ground IN ('worked_there', 'relative', 'owner', 'other', 'inspected_last')", name=op.f('ck_conflict_of_interest_ground')),
    sa.CheckConstraint('NOT isempty(valid) AND NOT lower_inf(valid)', name=op.f('ck_conflict_of_interest_valid')),
    sa.ForeignKeyConstraint(['inspector_id'], ['inspector.id'], name=op.f('fk_conflict_of_interest_inspector_id')),
    sa.ForeignKeyConstraint(['institution_id'], ['institution.id'], name=op.f('fk_conflict_of_interest_institution_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_conflict_of_interest'))
    )
    op.create_index(op.f('ix_conflict_of_interest_institution_id'), 'conflict_of_interest', ['institution_id'], unique=False)
    op.create_index('ix_conflict_of_interest_region_path', 'conflict_of_interest', ['region_path'], unique=False)
    op.create_table('inspector_leave',
    sa.Column('inspector_id', sa.Uuid(), nullable=False),
    sa.Column('days', postgresql.DATERANGE(), nullable=False),
    sa.Column('note', sa.String(length=200), server_default='', nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('superseded_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('recorded_by', sa.String(length=80), nullable=False),
    sa.Column('region_path', sa.Text(collation='C'), nullable=False),
    postgresql.ExcludeConstraint((sa.column('inspector_id'), '='), (sa.column('days'), '&&'), where=sa.text('superseded_at IS NULL'), using='gist', name='inspector_leave_once'),
    sa.CheckConstraint('NOT isempty(days) AND NOT lower_inf(days) AND NOT upper_inf(days)', name=op.f('ck_inspector_leave_days')),
    sa.ForeignKeyConstraint(['inspector_id'], ['inspector.id'], name=op.f('fk_inspector_leave_inspector_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_inspector_leave'))
    )
    op.create_index('ix_inspector_leave_region_path', 'inspector_leave', ['region_path'], unique=False)
    op.create_table('visit_member',
    sa.Column('visit_id', sa.Uuid(), nullable=False),
    sa.Column('inspector_id', sa.Uuid(), nullable=False),
    sa.Column('plan_id', sa.Uuid(), nullable=False),
    sa.Column('on_date', sa.Date(), nullable=False),
    sa.Column('slot', sa.SmallInteger(), nullable=False),
    sa.Column('position', sa.SmallInteger(), nullable=False),
    sa.Column('published', sa.Boolean(), server_default=sa.text('false'), nullable=False),
    sa.Column('region_path', sa.Text(collation='C'), nullable=False),
    sa.CheckConstraint('slot BETWEEN 1 AND 4', name=op.f('ck_visit_member_slot')),
    sa.ForeignKeyConstraint(['inspector_id'], ['inspector.id'], name=op.f('fk_visit_member_inspector_id')),
    sa.ForeignKeyConstraint(['visit_id', 'plan_id', 'on_date'], ['inspection_visit.id', 'inspection_visit.plan_id', 'inspection_visit.on_date'], name=op.f('fk_visit_member_visit_id_plan_id_on_date')),
    sa.PrimaryKeyConstraint('visit_id', 'inspector_id', name=op.f('pk_visit_member')),
    sa.UniqueConstraint('plan_id', 'inspector_id', 'on_date', 'slot', name='uq_visit_member_slot_in_plan'),
    sa.UniqueConstraint('visit_id', 'position', name=op.f('uq_visit_member_visit_id_position'))
    )
    op.create_index('ix_visit_member_region_path', 'visit_member', ['region_path'], unique=False)
    op.create_index('uq_visit_member_slot_published', 'visit_member', ['inspector_id', 'on_date', 'slot'], unique=True, postgresql_where=sa.text('published'))
    for statement in ddl.UP:
        op.execute(statement)


def downgrade() -> None:
    for statement in ddl.DOWN:
        op.execute(statement)
    op.drop_index('uq_visit_member_slot_published', table_name='visit_member', postgresql_where=sa.text('published'))
    op.drop_index('ix_visit_member_region_path', table_name='visit_member')
    op.drop_table('visit_member')
    op.drop_index('ix_inspector_leave_region_path', table_name='inspector_leave')
    op.drop_table('inspector_leave')
    op.drop_index('ix_conflict_of_interest_region_path', table_name='conflict_of_interest')
    op.drop_index(op.f('ix_conflict_of_interest_institution_id'), table_name='conflict_of_interest')
    op.drop_table('conflict_of_interest')
    op.drop_index('uq_bed_occupancy_fact_id_current', table_name='bed_occupancy', postgresql_where=sa.text('superseded_at IS NULL'))
    op.drop_index('ix_bed_occupancy_institution_id_recorded_at', table_name='bed_occupancy')
    op.drop_index(op.f('ix_bed_occupancy_episode_id'), table_name='bed_occupancy')
    op.drop_table('bed_occupancy')
    op.drop_table('subsidy_skip')
    op.drop_index('uq_subsidy_line_once', table_name='subsidy_line', postgresql_where=sa.text('NOT cancelled'))
    op.drop_index('ix_subsidy_line_division', table_name='subsidy_line')
    op.drop_table('subsidy_line')
    op.drop_table('stay_leave')
    op.drop_index(op.f('ix_staff_certificate_staff_id'), table_name='staff_certificate')
    op.drop_index('ix_staff_certificate_region_path', table_name='staff_certificate')
    op.drop_table('staff_certificate')
    op.drop_index('ix_inspector_region_path', table_name='inspector')
    op.drop_table('inspector')
    op.drop_index('ix_inspection_visit_region_path', table_name='inspection_visit')
    op.drop_index('ix_inspection_visit_plan_id_on_date', table_name='inspection_visit')
    op.drop_index(op.f('ix_inspection_visit_institution_id'), table_name='inspection_visit')
    op.drop_table('inspection_visit')
    op.drop_index('ix_bed_region_path', table_name='bed')
    op.drop_index('ix_bed_institution_id_bed_type', table_name='bed')
    op.drop_table('bed')
    op.drop_index('ix_subsidy_run_event_run', table_name='subsidy_run_event')
    op.drop_table('subsidy_run_event')
    op.drop_index('ix_subsidy_run_chunk_open', table_name='subsidy_run_chunk', postgresql_where=sa.text("state <> 'done'"))
    op.drop_table('subsidy_run_chunk')
    op.drop_index('ix_staff_member_region_path', table_name='staff_member')
    op.drop_index('ix_staff_member_pinyin_id', table_name='staff_member')
    op.drop_index(op.f('ix_staff_member_institution_id'), table_name='staff_member')
    op.drop_table('staff_member')
    op.drop_table('room')
    op.drop_index('uq_institution_report_current', table_name='institution_report', postgresql_where=sa.text('superseded_at IS NULL'))
    op.drop_index('ix_institution_report_region_path', table_name='institution_report')
    op.drop_table('institution_report')
    op.drop_index('ix_institution_rating_region_path', table_name='institution_rating')
    op.drop_index(op.f('ix_institution_rating_institution_id'), table_name='institution_rating')
    op.drop_table('institution_rating')
    op.drop_index('ix_institution_paper_region_path', table_name='institution_paper')
    op.drop_index(op.f('ix_institution_paper_institution_id'), table_name='institution_paper')
    op.drop_index(op.f('ix_institution_paper_expires_on'), table_name='institution_paper')
    op.drop_table('institution_paper')
    op.drop_index('ix_institution_number_region_path', table_name='institution_number')
    op.drop_index(op.f('ix_institution_number_institution_id'), table_name='institution_number')
    op.drop_table('institution_number')
    op.drop_index('ix_institution_import_row_region_path', table_name='institution_import_row')
    op.drop_table('institution_import_row')
    op.drop_index('ix_inspection_task_region_path', table_name='inspection_task')
    op.drop_index(op.f('ix_inspection_task_plan_id'), table_name='inspection_task')
    op.drop_index(op.f('ix_inspection_task_institution_id'), table_name='inspection_task')
    op.drop_table('inspection_task')
    op.drop_index('uq_inspection_record_current', table_name='inspection_record', postgresql_where=sa.text('superseded_at IS NULL'))
    op.drop_index('ix_inspection_record_region_path', table_name='inspection_record')
    op.drop_table('inspection_record')
    op.drop_index('uq_home_bed_contract_id_current', table_name='home_bed', postgresql_where=sa.text('superseded_at IS NULL'))
    op.drop_index('ix_home_bed_region_path', table_name='home_bed')
    op.drop_index('ix_home_bed_institution_id', table_name='home_bed')
    op.drop_table('home_bed')
    op.drop_index(op.f('ix_episode_institution_id'), table_name='episode')
    op.drop_index(op.f('ix_episode_elder_id'), table_name='episode')
    op.drop_table('episode')
    op.drop_index('ix_elder_grant_user_id', table_name='elder_grant', postgresql_where=sa.text('user_id IS NOT NULL AND superseded_at IS NULL'))
    op.drop_index('ix_elder_grant_institution_id_elder_id', table_name='elder_grant', postgresql_where=sa.text('institution_id IS NOT NULL AND superseded_at IS NULL'))
    op.drop_index('ix_elder_grant_elder_id', table_name='elder_grant')
    op.drop_table('elder_grant')
    op.drop_index('ix_bed_count_region_path', table_name='bed_count')
    op.drop_table('bed_count')
    op.drop_index('ix_bed_confirmation_institution_id_at', table_name='bed_confirmation')
    op.drop_table('bed_confirmation')
    op.drop_index('uq_user_scope_held', table_name='user_scope', postgresql_nulls_not_distinct=True, postgresql_where=sa.text('revoked_at IS NULL'))
    op.drop_index(op.f('ix_user_scope_user_id'), table_name='user_scope')
    op.drop_index(op.f('ix_user_scope_institution_id'), table_name='user_scope')
    op.drop_index(op.f('ix_user_scope_elder_id'), table_name='user_scope')
    op.drop_table('user_scope')
    op.drop_index('uq_subsidy_run_regular', table_name='subsidy_run', postgresql_where=sa.text("kind = 'regular' AND state <> 'cancelled'"))
    op.drop_index('ix_subsidy_run_region_path', table_name='subsidy_run')
    op.drop_table('subsidy_run')
    op.drop_table('stored_file_chunk')
    op.drop_index('uq_notice_unread', table_name='notice', postgresql_where=sa.text('read_at IS NULL'))
    op.drop_index('ix_notice_of_user', table_name='notice')
    op.drop_table('notice')
    op.drop_index('ix_institution_import_region_path', table_name='institution_import')
    op.drop_index(op.f('ix_institution_import_created_at'), table_name='institution_import')
    op.drop_table('institution_import')
    op.drop_index('ix_institution_search_key', table_name='institution', postgresql_using='gin', postgresql_ops={'search_key': 'gin_trgm_ops'})
    op.drop_index('ix_institution_region_path', table_name='institution')
    op.drop_index(op.f('ix_institution_region_id'), table_name='institution')
    op.drop_index('ix_institution_pinyin_id', table_name='institution')
    op.drop_table('institution')
    op.drop_index('uq_community_visit_elder_id_visited_on_current', table_name='community_visit', postgresql_where=sa.text('superseded_at IS NULL'))
    op.drop_table('community_visit')
    op.drop_index('ix_circumstance_replaced', table_name='circumstance', postgresql_where=sa.text('superseded_at IS NOT NULL'))
    op.drop_table('circumstance')
    op.drop_index('ix_audit_sealed_row_seal_seq', table_name='audit_sealed_row')
    op.drop_table('audit_sealed_row')
    op.drop_index('uq_assessment_elder_id_assessed_on_current', table_name='assessment', postgresql_where=sa.text('superseded_at IS NULL'))
    op.drop_index('ix_assessment_corrects_id', table_name='assessment', postgresql_where=sa.text('corrects_id IS NOT NULL'))
    op.drop_index('ix_assessment_assessed_on_id', table_name='assessment', postgresql_where=sa.text('superseded_at IS NULL'))
    op.drop_table('assessment')
    op.drop_index(op.f('ix_api_token_user_id'), table_name='api_token')
    op.drop_table('api_token')
    op.drop_table('working_day')
    op.drop_index('uq_user_account_username_folded', table_name='user_account')
    op.drop_index('uq_user_account_email_folded', table_name='user_account')
    op.drop_index('ix_user_account_region_path', table_name='user_account')
    op.drop_table('user_account')
    op.drop_table('stored_file')
    op.drop_index(op.f('ix_sign_in_attempts_first_failed_at'), table_name='sign_in_attempts')
    op.drop_table('sign_in_attempts')
    op.drop_index('ix_region_search_key', table_name='region', postgresql_using='gin', postgresql_ops={'search_key': 'gin_trgm_ops'})
    op.drop_index(op.f('ix_region_pinyin'), table_name='region')
    op.drop_index(op.f('ix_region_parent_id'), table_name='region')
    op.drop_table('region')
    op.drop_index('ix_published_pack_code', table_name='published_pack')
    op.drop_table('published_pack')
    op.drop_table('installation_mark')
    op.drop_index('ix_inspection_plan_region_path', table_name='inspection_plan')
    op.drop_index('ix_inspection_plan_open', table_name='inspection_plan', postgresql_where=sa.text("state = 'queued'"))
    op.drop_table('inspection_plan')
    op.drop_table('idempotency_key')
    op.drop_index('ix_fact_change_subject', table_name='fact_change')
    op.drop_table('fact_change')
    op.drop_index('ix_elder_region_path', table_name='elder')
    op.drop_index('ix_elder_phone_index', table_name='elder', postgresql_where=sa.text('phone_index IS NOT NULL'))
    op.drop_index('ix_elder_name_pinyin_id', table_name='elder')
    op.drop_index('ix_elder_name_initials', table_name='elder')
    op.drop_index('ix_elder_name', table_name='elder')
    op.drop_index('ix_elder_hukou_path', table_name='elder')
    op.drop_table('elder')
    op.drop_table('audit_seal')
    op.drop_index('ix_audit_row_subject', table_name='audit_row')
    op.drop_index('ix_audit_row_region_path', table_name='audit_row')
    op.drop_index('ix_audit_row_recorded_xid', table_name='audit_row')
    op.drop_index('ix_audit_row_at', table_name='audit_row')
    op.drop_index('ix_audit_row_actor', table_name='audit_row')
    op.drop_table('audit_row')
