"""Importing register files into the real database: the real file, changes, refusals, scope."""

from __future__ import annotations

from datetime import date
from io import BytesIO
from pathlib import Path

import pytest
from sqlalchemy import func, select

from eldercare.audit.models import AuditRow
from eldercare.beds.models import BedCount
from eldercare.core.actor import Actor
from eldercare.core.csvfile import read_csv, write_csv
from eldercare.core.db import acting_as, current, session
from eldercare.core.errors import Conflict, Forbidden, Invalid, NotFound, StaleVersion
from eldercare.institutions.imports import queries, service
from eldercare.institutions.models import Institution, InstitutionNumber, InstitutionRating, InstitutionReport
from eldercare.regions.service import ensure_regions
from tests.factories.institutions import USCC, bureau_row, csv_of, institution
from tests.factories.regions import some_regions

CMS = Path(__file__).resolve().parents[2] / "data" / "cms_nursing_homes_ma_wa_2021_08.csv"
SYSTEM = Actor.system("tests")


@pytest.fixture(autouse=True)
def _today(request):
    if "db_session" in request.fixturenames or "client_as" in request.fixturenames:
        request.getfixturevalue("frozen_clock")(date(2026, 11, 22))


def imported(*rows: dict[str, str], actor: Actor = SYSTEM, as_of: date = date(2026, 11, 1), encoding: str = "utf-8"):
    batch = service.preview(
        actor, content=csv_of(*rows, encoding=encoding), file_name="名录.csv", mapping_name="generic-zh", as_of=as_of
    )
    assert service.confirm(actor, import_id=batch.id)
    return batch


def counts(batch) -> tuple[int, int, int, int]:
    return batch.new_count, batch.changed_count, batch.unchanged_count, batch.refused_count


def only(model, *criteria):
    return session().scalars(select(model).where(*criteria)).one()


class TestRealFile:
    """571 homes of the public register (data/README.md)."""

    def test_all_homes_come_in_nothing_is_invented_and_again_changes_nothing(self, db_session):
        ensure_regions(SYSTEM)
        batch = service.preview(SYSTEM, content=CMS.read_bytes(), file_name=CMS.name, mapping_name="cms")
        assert service.confirm(SYSTEM, import_id=batch.id)
        self.everything_is_there(batch)
        self.more_residents_than_beds_is_kept_and_shown(batch)
        self.the_same_file_again_changes_nothing()

    def everything_is_there(self, batch):
        assert counts(batch) == (571, 0, 0, 0)
        assert batch.region_path == "/us/"
        beds = (
            session()
            .execute(
                select(func.count(), func.sum(BedCount.total), func.sum(BedCount.reported_average)).where(
                    current(BedCount)
                )
            )
            .one()
        )
        assert beds[0] == 569  # two homes report no average: their beds are licensed, but the use is not known
        rated = select(func.count()).select_from(InstitutionRating)
        assert session().scalar(rated) == 566  # five are footnoted
        assert session().scalar(select(func.count()).select_from(InstitutionReport)) == 571

        number = only(InstitutionNumber, InstitutionNumber.number == "225002")
        holden = only(Institution, Institution.id == number.institution_id)
        assert (holden.region_path, holden.licensed_beds, holden.uscc) == ("/us/us-ma/us-ma-worcester/", 123, None)
        count = only(BedCount, BedCount.institution_id == holden.id)
        assert (count.bed_type, count.total, count.occupied, str(count.reported_average)) == (
            "nursing",
            123,
            92,
            "91.6000",
        )
        report = only(InstitutionReport, InstitutionReport.institution_id == holden.id)
        assert (report.as_of, report.last_inspected_on) == (date(2021, 8, 1), date(2019, 11, 14))

    def more_residents_than_beds_is_kept_and_shown(self, batch):
        assert batch.warned_count == 5
        fircrest = only(Institution, Institution.name == "FIRCREST SCHOOL, PAT N")
        count = only(BedCount, BedCount.institution_id == fircrest.id)
        assert (count.total, count.occupied) == (92, 104)

    def the_same_file_again_changes_nothing(self):
        before = session().scalar(select(func.count()).select_from(AuditRow))
        again = service.preview(SYSTEM, content=CMS.read_bytes(), file_name=CMS.name, mapping_name="cms")
        assert counts(again) == (0, 0, 571, 0)
        assert service.confirm(SYSTEM, import_id=again.id)
        for model, rows in ((Institution, 571), (InstitutionReport, 571), (BedCount, 569), (InstitutionRating, 566)):
            assert session().scalar(select(func.count()).select_from(model)) == rows
        assert session().scalar(select(func.count()).select_from(AuditRow)) == before + 2  # the preview, the decision


class TestBureauFile:
    @pytest.fixture(autouse=True)
    def _regions(self, db_session):
        some_regions("370203", "370202")

    def test_gbk_with_full_width_digits(self):
        batch = imported(bureau_row(床位数="１２０"), encoding="gbk")
        assert (batch.encoding, counts(batch)) == ("gbk", (1, 0, 0, 0))
        home = only(Institution)
        assert (home.name, home.licensed_beds, home.pinyin, home.initials) == (
            "青岛市福利院",
            120,
            "qingdaoshifuliyuan",
            "qdsfly",
        )
        rating = only(InstitutionRating)
        assert (rating.stars, rating.valid.lower, rating.valid.upper) == (3, date(2025, 6, 1), date(2028, 6, 1))
        assert only(BedCount).occupied == 61

    def test_changes_are_shown_from_to_and_written(self):
        imported(bureau_row())
        batch = imported(bureau_row(床位数="150", 星级="四级", 评定日期="2026-06-01", 等级有效期至="2029-06-01"),
                         as_of=date(2026, 11, 20))  # fmt: skip
        assert counts(batch) == (0, 1, 0, 0)
        changes = {
            c["field"]: (c["from"], c["to"]) for c in queries.list_rows(batch.id, "changed", 1, 9).items[0].changes
        }
        assert changes == {"licensed_beds": (120, 150), "stars": (3, 4)}
        home = only(Institution)
        assert home.licensed_beds == 150
        held = session().scalars(select(InstitutionRating).where(current(InstitutionRating))).all()
        periods = sorted((r.stars, r.valid.lower, r.valid.upper) for r in held)
        assert periods == [(3, date(2025, 6, 1), date(2026, 6, 1)), (4, date(2026, 6, 1), date(2028, 6, 1))]
        assert session().scalar(select(func.count()).select_from(InstitutionRating)) == 3  # the denied one is kept

    def test_the_same_rows_on_another_day_change_nothing(self):
        imported(bureau_row())
        assert counts(imported(bureau_row(), as_of=date(2026, 11, 20))) == (0, 0, 1, 0)

    def test_an_empty_cell_leaves_what_is_recorded(self):
        imported(bureau_row())
        assert counts(imported(bureau_row(联系电话="", 星级="", 评定日期="", 等级有效期至=""))) == (0, 0, 1, 0)
        assert only(Institution).phone == "053200000000"

    def test_older_figures_do_not_overwrite_newer_ones(self):
        imported(bureau_row(数据日期="2026-11-10"))
        batch = imported(bureau_row(数据日期="2026-10-10", 床位数="90"))
        assert counts(batch) == (0, 0, 0, 1)
        assert only(Institution).licensed_beds == 120

    def test_an_institution_is_known_again_by_its_credit_code(self):
        imported(bureau_row("", 统一社会信用代码=USCC[0]))
        batch = imported(bureau_row("QD777", 统一社会信用代码=USCC[0], 机构名称="青岛福利院"))
        assert counts(batch) == (0, 1, 0, 0)
        assert only(InstitutionNumber).number == "QD777"

    def test_number_and_code_of_two_institutions_are_refused(self):
        imported(bureau_row("QD001", 统一社会信用代码=USCC[0]), bureau_row("QD002", 统一社会信用代码=USCC[1]))
        assert counts(imported(bureau_row("QD001", 统一社会信用代码=USCC[1]))) == (0, 0, 0, 1)

    def test_refused_rows_go_round_corrected(self):
        batch = imported(
            bureau_row(), bureau_row("QD002", 床位数="三百", 机构名称="=cmd()"), bureau_row("QD003", 区划代码="999999")
        )
        assert counts(batch) == (1, 0, 0, 2)
        content = service.refused_csv(SYSTEM, import_id=batch.id)
        file = read_csv(content)
        assert len(file.rows) == 2 and "床位数" in file.rows[0][-1] and "999999" in file.rows[1][-1]
        assert "'=cmd()" in content.decode("utf-8-sig")
        corrected = [[cell.replace("三百", "300").replace("999999", "370202") for cell in row] for row in file.rows]
        again = service.preview(
            SYSTEM,
            content=write_csv(file.header, corrected),
            file_name="改.csv",
            mapping_name="generic-zh",
            as_of=batch.as_of,
        )
        assert counts(again) == (2, 0, 0, 0)
        service.confirm(SYSTEM, import_id=again.id)
        assert only(Institution, Institution.licensed_beds == 300).name == "=cmd()"

    def test_a_refused_file_stores_nothing(self):
        with pytest.raises(Invalid):
            service.preview(SYSTEM, content=b"PK\x03\x04", file_name="x.xlsx", mapping_name="generic-zh")
        with pytest.raises(NotFound):
            service.preview(SYSTEM, content=csv_of(bureau_row()), file_name="x.csv", mapping_name="../cms")
        assert queries.list_imports(1, 20).total == 0

    def test_a_register_that_changed_meanwhile_is_previewed_again(self):
        imported(bureau_row())
        batch = service.preview(
            SYSTEM, content=csv_of(bureau_row(床位数="200")), file_name="x.csv", mapping_name="generic-zh"
        )
        only(Institution).licensed_beds = 180
        session().flush()
        assert service.confirm(SYSTEM, import_id=batch.id) is False
        assert only(Institution).licensed_beds == 180
        change = queries.list_rows(batch.id, "changed", 1, 9).items[0].changes[0]
        assert (change["from"], change["to"]) == (180, 200)
        assert service.confirm(SYSTEM, import_id=batch.id)
        assert only(Institution).licensed_beds == 200

    def test_an_import_is_decided_once_and_by_its_version(self):
        batch = service.preview(SYSTEM, content=csv_of(bureau_row()), file_name="x.csv", mapping_name="generic-zh")
        with pytest.raises(StaleVersion):
            service.confirm(SYSTEM, import_id=batch.id, version=99)
        service.discard(SYSTEM, import_id=batch.id, version=batch.version)
        with pytest.raises(Conflict):
            service.confirm(SYSTEM, import_id=batch.id)
        assert session().scalar(select(func.count()).select_from(Institution)) == 0

    def test_moving_takes_every_row_of_the_institution_along(self):
        imported(bureau_row())
        imported(bureau_row(区划代码="370202"))
        path = only(Institution).region_path
        assert path.endswith("/370202/")
        for model in (BedCount, InstitutionRating, InstitutionReport, InstitutionNumber):
            assert {row.region_path for row in session().scalars(select(model))} == {path}


class TestScope:
    @pytest.fixture(autouse=True)
    def _regions(self, db_session):
        self.regions = some_regions("370203", "370202")

    def test_a_foreign_division_is_refused_like_an_unknown_one(self, actor_as):
        official = actor_as("official_a")
        with acting_as(official):
            batch = imported(bureau_row("1", 区划代码="370202"), bureau_row("2", 区划代码="370203"),
                             bureau_row("3", 区划代码="999999"), actor=official)  # fmt: skip
            told = [row.problems[0]["msgid"] for row in queries.refused_rows(batch.id)]
        assert counts(batch) == (1, 0, 0, 2)
        assert len(set(told)) == 1

    def test_an_institution_of_another_division_is_neither_changed_nor_revealed(self, actor_as):
        other = institution(self.regions["370203"], "市北某院", uscc=USCC[0])
        official = actor_as("official_a")
        with acting_as(official):
            batch = imported(bureau_row("9", 区划代码="370202", 统一社会信用代码=USCC[0]), actor=official)
            row = queries.refused_rows(batch.id)[0]
        assert counts(batch) == (0, 0, 0, 1)
        assert "市北某院" not in str(row.problems) and row.institution_id is None
        assert other.region_path.endswith("/370203/")

    def test_another_district_does_not_see_the_import(self, actor_as):
        official = actor_as("official_a")
        with acting_as(official):
            batch = imported(bureau_row(区划代码="370202"), actor=official)
        with acting_as(actor_as("official_b")), pytest.raises(NotFound):
            service.refused_csv(actor_as("official_b"), import_id=batch.id)

    @pytest.mark.parametrize("name", ["operator_1", "inspector", "evaluator", "family", "community_worker"])
    def test_who_may_not_import(self, actor_as, name):
        with pytest.raises(Forbidden):
            service.preview(actor_as(name), content=csv_of(bureau_row()), file_name="x.csv", mapping_name="generic-zh")


class TestPages:
    @pytest.fixture(autouse=True)
    def _regions(self, db_session):
        some_regions("370202", "370203")

    def upload(self, client, content: bytes, **more: str):
        data = {"mapping": "generic-zh", "file": (BytesIO(content), "名录.csv"), **more}
        return client.post("/registry/imports", data=data, content_type="multipart/form-data")

    def test_upload_preview_confirm_download(self, client_as):
        client = client_as("official_a")
        sent = self.upload(
            client,
            csv_of(bureau_row(区划代码="370202"), bureau_row("2", 床位数="x", 区划代码="370202"), encoding="gbk"),
        )
        assert sent.status_code == 303
        page = client.get(sent.location).get_data(as_text=True)
        assert "床位数" in page and "名录.csv" in page
        refused = client.get(sent.location + "/refused.csv")
        assert refused.status_code == 200 and "attachment" in refused.headers["Content-Disposition"]
        done = client.post(sent.location + "/confirm", data={"version": "1"})
        assert done.status_code == 303
        assert "青岛市福利院" in client.get("/registry").get_data(as_text=True)
        assert client.post(sent.location + "/confirm", data={"version": "2"}).status_code == 409
        assert "名录.csv" in client.get("/registry/imports").get_data(as_text=True)

    @pytest.mark.parametrize(
        ("content", "named"),
        [
            (b"", "文件"),
            (b"PK\x03\x04", "Excel"),
            ("机构名称,星座\n甲,乙\n".encode(), "星座"),
            ("机构名称\n".encode("gbk"), "区划代码"),
        ],
    )
    def test_a_bad_file_is_told_on_the_form(self, client_as, content, named):
        answer = self.upload(client_as("official_a"), content)
        assert answer.status_code == 422 and named in answer.get_data(as_text=True)

    def test_a_form_without_a_file_an_unknown_mapping_and_field(self, client_as):
        client = client_as("official_a")
        assert client.post("/registry/imports", data={"mapping": "generic-zh"}).status_code == 422
        assert self.upload(client, csv_of(bureau_row()), colour="red").status_code == 422
        assert self.upload(client, csv_of(bureau_row()), mapping="nix").status_code == 404

    def test_an_upload_over_the_limit_is_refused_with_the_limit(self, client_as, app):
        limit = app.config["MAX_CONTENT_LENGTH"]
        answer = self.upload(client_as("official_a"), b"a" * (limit + 1))
        assert answer.status_code == 413 and str(limit // (1024 * 1024)) in answer.get_data(as_text=True)

    def test_strangers(self, client_as, client):
        sent = self.upload(client_as("official_a"), csv_of(bureau_row(区划代码="370202")))
        for path in ("", "/refused.csv"):
            assert client_as("official_b").get(sent.location + path).status_code == 404
            assert client_as("operator_1").get(sent.location + path).status_code == 403
        assert client_as("official_b").post(sent.location + "/confirm", data={"version": "1"}).status_code == 404
        assert client.get("/registry/imports").status_code == 303

    def test_an_empty_file_with_the_columns_can_be_had(self, client_as):
        body = client_as("official_a").get("/registry/imports/template/generic-zh.csv").get_data(as_text=True)
        assert "机构名称" in body
