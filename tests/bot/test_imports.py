"""Lists on the command line: shown first, all of it or nothing, and the same file again changes nothing."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select
from typer.testing import CliRunner

from bot.cli import app
from content.lists.visits import codes
from content.vietnam_time import local_day
from storage.areas.places import with_code
from storage.counting import campaign_goals, coverage
from storage.counting.coverage_rules import Coverage
from storage.database import Database
from storage.models import Attainment, Household, RegisterEntry, Reminder, Visit, table
from storage.outcomes import Barrier, Outcome, Status
from storage.reading import Reading
from tests.houses import furnish

RUN = CliRunner()
household, visit, attainment, entry = table(Household), table(Visit), table(Attainment), table(RegisterEntry)
HAMLET = "01933-M2"
TODAY = local_day(datetime.now(UTC))


@pytest.fixture
def commune(url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    furnish(url)
    monkeypatch.setenv("GOCUA_DATABASE_URL", url)
    return url


def run(*typed: object, well: bool = True) -> str:
    ran = RUN.invoke(app, [str(each) for each in typed])
    assert (ran.exit_code == 0) is well, ran.output
    return ran.output


def counted(url: str) -> tuple[int, ...]:
    database = Database(url)
    with database.read() as tx:
        found = tuple(
            int(tx.scalar(select(func.count()).select_from(each)) or 0) for each in (household, visit, attainment, entry)
        )
    database.close()
    return found


def total(url: str) -> Coverage:
    """The coverage of the hamlet."""
    database = Database(url)
    with database.read() as tx:
        rows = Reading(tx)
        hamlet = with_code(rows, HAMLET)
        assert hamlet is not None
        goal = campaign_goals.goal(rows, [hamlet.parent_id or 0], TODAY)
        assert goal is not None
        found = coverage.by_hamlet(rows, goal, [hamlet.id], TODAY)[hamlet.id]
    database.close()
    return found


def write(path: Path, text: str) -> Path:
    path.write_text(text, "utf-8")
    return path


def test_a_household_list_is_shown_then_written_then_nothing(commune: str, tmp_path: Path) -> None:
    file = write(tmp_path / "ho.csv", "Số hộ;Chủ hộ;Ngày sinh\n25;bà Bống;1956\n1;nhà mới sơn;\n;ông Tấm;\n")
    before = counted(commune)
    told = run("household", "import", file, HAMLET)
    assert "thêm 2, sửa 1, giữ nguyên 0" in told and "Cột không lưu: Ngày sinh" in told and "--write" in told
    assert counted(commune) == before
    assert "Đã ghi." in run("household", "import", file, HAMLET, "--write")
    assert counted(commune) == (before[0] + 2, before[1], before[2], before[3] + 2)
    again = run("household", "import", file, HAMLET, "--write")
    assert "thêm 0, sửa 0, giữ nguyên 3" in again and counted(commune)[0] == before[0] + 2


def test_a_list_of_a_whole_commune_goes_to_its_hamlets(commune: str, tmp_path: Path) -> None:
    file = write(tmp_path / "xa.csv", "Thôn;Số hộ;Chủ hộ\nMẫu Một;25;bà Bống\nthôn mẫu hai;25;bà Cám\nThôn Mẫu Ba;26;ông Tấm\n")
    told = run("household", "import", file, "01933", "--write")
    assert told.count("thêm 1, sửa 0") == 3
    lost = write(tmp_path / "lac.csv", "Thôn;Số hộ;Chủ hộ\nMẫu Một;27;bà Bống\nThôn Xa;25;bà Cám\n")
    before = counted(commune)
    assert "Dòng 3: thuộc nơi khác: Thôn Xa" in run("household", "import", lost, "01933", "--write", well=False)
    assert "Dòng 3" in run("household", "import", lost, "01933-M1", "--write", well=False)
    assert counted(commune) == before


@pytest.mark.parametrize("text", ["Số hộ;Chủ hộ\n30;bà Bống\nx;ông Tấm\n", "Số hộ;Chủ hộ\n30;a\n30;b\n", "x;y\n1;2\n", ""])
def test_a_list_with_a_mistake_writes_nothing(commune: str, tmp_path: Path, text: str) -> None:
    before = counted(commune)
    run("household", "import", write(tmp_path / "ho.csv", text), HAMLET, "--write", well=False)
    run("household", "import", tmp_path / "none.csv", HAMLET, well=False)
    run("household", "import", write(tmp_path / "ho.csv", "Số hộ;Chủ hộ\n30;a\n"), "99999", well=False)
    assert counted(commune) == before


def day(days: int) -> str:
    return (TODAY - timedelta(days=days)).strftime("%d/%m/%Y")


LOG = f"""SỔ GHI LƯỢT ĐẾN HỘ;;;;;;
Số hộ;Ngày;Kết quả;Lý do;Hẹn;Thành viên;Việc đã làm
1;{day(5)} sáng;Xong;;;Tổ viên mẫu;VNeID, dịch vụ công
hộ 2;{day(4)};vang;;;to vien mau;
2;{day(3)} tối;VẮNG;;;Tổ viên mẫu;
3;{day(3)};vướng OTP;;;Tổ viên mẫu;
4;{day(3)};Vướng;sim không chính chủ;;Tổ viên mẫu;
5;{day(2)};hẹn lại;;{(TODAY + timedelta(days=3)).strftime("%d/%m/%Y")};Tổ viên mẫu;
6;{day(2)};đi xa đến {(TODAY + timedelta(days=90)).strftime("%m/%Y")};;;Tổ viên mẫu;
7;{day(2)};từ chối;;;Tổ viên mẫu;
8;{day(1)};làm dở;;;Tổ viên mẫu;chữ ký số
9;{day(1)};xong;;;Tổ viên mẫu;
;;;;;;
"""


def test_a_log_of_visits_is_brought_in_once_by_the_same_rules(commune: str, tmp_path: Path) -> None:
    file = write(tmp_path / "so.csv", LOG)
    before, was = counted(commune), total(commune)
    told = run("visit", "import", file, HAMLET)
    assert "10 lượt mới, 0 lượt đã có" in told and counted(commune) == before
    run("visit", "import", file, HAMLET, "--write")
    after, then = counted(commune), total(commune)
    assert after[1] == before[1] + 10 and after[2] == before[2] + 4
    assert then.register == was.register and sum(then.statuses.values()) == then.register
    assert then.statuses[Status.ACHIEVED] >= was.statuses[Status.ACHIEVED]
    assert "0 lượt mới, 10 lượt đã có" in run("visit", "import", file, HAMLET, "--write")
    assert counted(commune) == after
    database = Database(commune)
    with database.read() as tx:
        one = tx.execute(
            select(visit)
            .where(visit.c.key.like("log:%"), visit.c.outcome == Outcome.BLOCKED.value)
            .order_by(visit.c.household_id)
        ).all()
        assert [row.barrier for row in one] == [Barrier.OTP_NOT_RECEIVED.value, Barrier.SIM_NOT_OWN_NAME.value]
        assert (
            tx.scalar(
                select(func.count())
                .select_from(table(Reminder))
                .where(
                    table(Reminder).c.due_on < TODAY,
                    table(Reminder).c.state == "scheduled",
                    table(Reminder).c.subject.in_([f"household:{row.household_id}" for row in one]),
                )
            )
            == 0
        )
    database.close()


@pytest.mark.parametrize(
    "line, what",
    [
        ("99;20/11/2025;xong;;;Tổ viên mẫu;", "không có hộ số 99"),
        ("1;31/02/2026;xong;;;Tổ viên mẫu;", "ngày “31/02/2026” không rõ"),
        ("1;01/01/2099;vắng;;;Tổ viên mẫu;", "chưa đến"),
        ("1;20/11/2025;bay mất;;;Tổ viên mẫu;", "kết quả “bay mất” không rõ"),
        ("1;20/11/2025;vướng;trời mưa;;Tổ viên mẫu;", "chỗ vướng “trời mưa” không rõ"),
        ("1;20/11/2025;vắng;;;Ai Đó;", "không rõ thành viên"),
        ("1;20/11/2025;vắng;;;;", "không rõ thành viên"),
        ("1;20/11/2025;xong;;;Tổ viên mẫu;nấu cơm", "việc đã làm “nấu cơm” không rõ"),
        ("1;20/11/2025;hẹn;;;Tổ viên mẫu;", "ngày"),
        ("1;20/11/2025;vắng;;;Tổ viên mẫu;VNeID", "Dòng 3"),
        ("x;20/11/2025;vắng;;;;", "số hộ “x”"),
    ],
)
def test_a_log_with_a_mistake_writes_nothing(commune: str, tmp_path: Path, line: str, what: str) -> None:
    head = "Số hộ;Ngày;Kết quả;Lý do;Hẹn;Thành viên;Việc đã làm\n"
    before = counted(commune)
    file = write(tmp_path / "so.csv", f"{head}2;{day(1)};vắng;;;Tổ viên mẫu;\n{line}\n")
    assert what in run("visit", "import", file, HAMLET, "--write", well=False)
    assert counted(commune) == before


def test_a_log_without_names_says_whose_it_is(commune: str, tmp_path: Path) -> None:
    file = write(tmp_path / "so.csv", f"Số hộ;Ngày;Kết quả\n1;{day(1)};vắng\n")
    run("visit", "import", file, HAMLET, well=False)
    assert "Ở đây có: Tổ trưởng mẫu, Tổ viên mẫu" in run("visit", "import", file, HAMLET, "--by", "Ai Đó", well=False)
    assert "1 lượt mới" in run("visit", "import", file, HAMLET, "--by", "tổ viên mẫu")


def test_the_words_of_a_log_are_the_rules_own() -> None:
    assert codes("outcome") == {each.value for each in Outcome} and codes("barrier") == {each.value for each in Barrier}
    from handlers.visits.visit import SERVICES

    assert codes("service") == set(SERVICES)


def test_doubles_are_shown_merged_and_parted(commune: str, tmp_path: Path) -> None:
    run(
        "household",
        "import",
        write(tmp_path / "ho.csv", "Số hộ;Chủ hộ\n30;bà Bống\n31;ba Bong\n32;ông Tấm\n"),
        HAMLET,
        "--write",
    )
    assert "30 bà Bống" in run("household", "duplicates", HAMLET) and "32" not in run("household", "duplicates", HAMLET)
    was = total(commune)
    run("household", "merge", HAMLET, "31", "30")
    assert total(commune).register == was.register - 1
    assert "30" not in run("household", "duplicates", HAMLET)
    run("household", "merge", HAMLET, "31", "30", well=False)
    told = run(
        "household",
        "import",
        write(tmp_path / "ho.csv", "Số hộ;Chủ hộ\n30;bà Bống\n31;ba Bong\n32;ông Tấm\n"),
        HAMLET,
        "--write",
    )
    assert "giữ nguyên 3" in told and total(commune).register == was.register - 1
    run("household", "part", HAMLET, "31")
    assert total(commune).register == was.register and "30 bà Bống" in run("household", "duplicates", HAMLET)
    run("household", "part", HAMLET, "31", well=False)
