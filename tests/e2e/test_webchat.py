"""The web chat in a real browser on a small phone: what people see, what is kept, and what may never happen."""

import asyncio
from collections.abc import Sequence

import pytest
from playwright.async_api import Browser, BrowserContext, Locator, Page, expect

from bot.web.pages import FILES
from content.words import words
from handlers.talk import Choice, Incoming, Kind, Message
from tests.e2e.conftest import Watch
from tests.e2e.echo import Echo, echo

pytestmark = pytest.mark.asyncio(loop_scope="session")
say = words("vi").say
PARTS = ("citizen", "volunteer", "leader")


async def open_chat(page: Page, house: Echo, part: str = "citizen") -> None:
    await page.goto(f"{house.address}/chat/{part}")
    await expect(page.locator(".ours").first).to_be_visible()


async def write(page: Page, text: str) -> None:
    await page.locator("#words").fill(text)
    await page.keyboard.press("Enter")


def texts(house: Echo) -> list[str]:
    return [thing.incoming.text for thing in house.heard if thing.incoming.kind is Kind.TEXT]


def newest(page: Page) -> Locator:
    return page.locator(".ours.now")


# --- what people see ----------------------------------------------------------------------------------------------------


async def test_a_newcomer_takes_a_part_in_one_tap_and_is_greeted(page: Page, house: Echo) -> None:
    await page.goto(house.address)
    await expect(page.get_by_text(say("web.demo.mark"))).to_be_visible()
    await page.get_by_role("link", name=f'{say("web.part.volunteer")} {say("web.part.volunteer.does")}').tap()
    await expect(page.locator(".ours")).to_contain_text("Chào bác")
    await expect(page.get_by_text(say("web.demo.short"))).to_be_visible()
    await expect(page.get_by_text(say("web.hint"))).to_be_visible()
    assert [(thing.chat, thing.incoming.kind) for thing in house.heard] == [("demo-volunteer", Kind.START)]


async def test_three_parts_side_by_side_stay_apart(phone: BrowserContext, house: Echo) -> None:
    pages = {part: await phone.new_page() for part in PARTS}
    for part, page in pages.items():
        await open_chat(page, house, part)
    for part, page in pages.items():
        await write(page, f"tôi là {part}")
    for part, page in pages.items():
        await expect(newest(page)).to_contain_text(f"Bác nói: tôi là {part}")
        assert await page.locator(".theirs").count() == 1


async def test_a_link_starts_once_and_leaves_the_address_bar(page: Page, house: Echo) -> None:
    await page.goto(f"{house.address}/chat/citizen?start=g-vneid")
    await expect(page.locator(".ours")).to_contain_text("start=g-vneid")
    assert page.url == f"{house.address}/chat/citizen"
    await page.reload()
    await expect(page.locator(".ours")).to_contain_text("start=g-vneid")
    assert [thing.incoming.data for thing in house.heard] == ["g-vneid"]


async def test_a_press_changes_the_message_where_it_stands_also_after_a_reload(page: Page, house: Echo) -> None:
    await open_chat(page, house)
    await write(page, "một tin")
    await expect(page.locator(".ours")).to_have_count(2)
    await page.locator(".ours").first.get_by_role("button", name="Hai").tap()
    for again in (False, True):
        if again:
            await page.reload()
        await expect(page.locator(".line")).to_have_count(3)
        await expect(page.locator(".line").nth(0)).to_contain_text("press=b")
        await expect(page.locator(".line").nth(1)).to_contain_text("một tin")
        await expect(page.locator(".line").nth(2)).to_contain_text("Bác nói: một tin")
        await expect(newest(page)).to_contain_text("press=b")  # its choices are the ones that count now


async def test_only_the_newest_choices_stand_out_and_the_older_still_work(page: Page, house: Echo) -> None:
    await open_chat(page, house)
    await write(page, "nữa")
    await expect(page.locator(".ours")).to_have_count(2)
    await expect(newest(page)).to_contain_text("Bác nói: nữa")
    old, new = page.locator(".ours").nth(0), page.locator(".ours").nth(1)
    assert await height(new.get_by_role("button", name="Một")) >= 48
    assert await height(new.get_by_role("button", name="Về menu")) >= 44
    assert await height(old.get_by_role("button", name="Một")) < 44
    await old.get_by_role("button", name="Một").tap()
    await expect(old).to_contain_text("press=a")


async def height(element: Locator) -> float:
    box = await element.bounding_box()
    assert box
    return box["height"]


async def test_only_government_addresses_become_links(page: Page, house: Echo) -> None:
    house.answer = lambda incoming: [Message(text=(
        "https://dichvucong.gov.vn/p/home. https://dichvucong.gov.vn.evil.example/ http://gov.vn https://evilgov.vn "
        "https://gov.vn@evil.example/ https://gov.vn:444/ javascript:alert(1) https://gov.vn, (https://a.b.gov.vn/x?y=1#z)"))]
    await open_chat(page, house)
    links = await page.locator(".ours a").evaluate_all("all => all.map(a => [a.href, a.textContent, a.rel, a.target])")
    more = ["noopener noreferrer", "_blank"]
    assert links == [
        ["https://dichvucong.gov.vn/p/home", "https://dichvucong.gov.vn/p/home", *more],
        ["https://gov.vn/", "https://gov.vn", *more], ["https://a.b.gov.vn/x?y=1#z", "https://a.b.gov.vn/x?y=1#z", *more]]


async def test_pages_follow_the_language_that_somebody_presses(page: Page, house: Echo) -> None:
    house.answer = lambda incoming: [Message(text="?", choices=(Choice("English", "/language:en", quiet=True),))]
    await open_chat(page, house)
    await page.get_by_role("button", name="English").tap()
    await expect(page.locator("html")).to_have_attribute("lang", "en")
    await expect(page.locator("#words")).to_have_attribute("placeholder", words("en").say("web.type.hint"))


# --- nothing is lost, nothing is doubled --------------------------------------------------------------------------------


async def test_what_is_written_without_a_network_is_sent_when_there_is_one(
        page: Page, phone: BrowserContext, house: Echo) -> None:
    await open_chat(page, house)
    await phone.set_offline(True)
    await write(page, "tin một")
    await write(page, "tin hai")
    await expect(page.locator("#net")).to_have_text(say("web.offline"))
    await expect(page.locator(".theirs .state").first).to_have_text(say("web.sending"))
    assert texts(house) == []
    await phone.set_offline(False)
    await expect(newest(page)).to_contain_text("tin hai")
    await expect(page.locator("#net")).to_be_hidden()
    await expect(page.locator(".theirs .state").first).to_contain_text("✓")
    assert texts(house) == ["tin một", "tin hai"]


async def test_what_was_not_sent_survives_closing_the_page(phone: BrowserContext, house: Echo) -> None:
    page = await phone.new_page()
    await open_chat(page, house)
    await phone.set_offline(True)
    await write(page, "giữ giúp tôi")
    await expect(page.locator(".theirs .state")).to_have_text(say("web.sending"))
    await page.close()
    await phone.set_offline(False)
    page = await phone.new_page()
    await open_chat(page, house)
    await expect(newest(page)).to_contain_text("Bác nói: giữ giúp tôi")
    await expect(page.locator(".theirs")).to_have_count(1)
    assert texts(house) == ["giữ giúp tôi"]


async def test_an_answer_lost_on_the_way_back_makes_no_second_message(page: Page, house: Echo) -> None:
    await open_chat(page, house)
    lost = 0

    async def lose(route) -> None:  # type: ignore[no-untyped-def]
        nonlocal lost
        lost += 1
        if lost <= 2:
            await route.fetch()  # the server has it, the browser never learns
            await route.abort()
        else:
            await route.continue_()

    await page.route("**/say", lose)
    await write(page, "chỉ một lần")
    await expect(page.locator(".theirs .state")).to_contain_text("✓")
    assert len([thing for thing in house.asked if thing.incoming.text]) == 3
    assert texts(house) == ["chỉ một lần"]
    await expect(page.locator(".theirs")).to_have_count(1)


async def test_a_double_tap_is_one_press(page: Page, house: Echo) -> None:
    house.pause = 0.3
    await open_chat(page, house)
    await newest(page).get_by_role("button", name="Hai").evaluate("button => { for (let i = 0; i < 5; i++) button.click(); }")
    await expect(newest(page)).to_contain_text("press=b")
    assert [thing.incoming.data for thing in house.asked if thing.incoming.kind is Kind.PRESS] == ["b"]
    await newest(page).get_by_role("button", name="Một").tap()  # and afterwards it can be pressed again
    await expect(newest(page)).to_contain_text("press=a")


async def test_a_restart_of_the_server_is_survived(page: Page, house: Echo) -> None:
    await open_chat(page, house)
    await house.close()
    await write(page, "trong lúc máy chủ nghỉ")
    await expect(page.locator("#net")).to_have_text(say("web.reconnecting"))
    await house.open()
    await expect(newest(page)).to_contain_text("Bác nói: trong lúc máy chủ nghỉ", timeout=20_000)
    await expect(page.locator("#net")).to_be_hidden()
    await house.say("demo-citizen", Message(text="lời nhắc"))  # and it is told again of what comes by itself
    await expect(page.get_by_text("lời nhắc")).to_be_visible()
    assert texts(house) == ["trong lúc máy chủ nghỉ"]


async def test_without_an_event_stream_the_page_asks_by_itself(page: Page, house: Echo) -> None:
    await page.route("**/events*", lambda route: route.abort())
    await open_chat(page, house)
    await write(page, "không có luồng")
    await expect(page.get_by_text("Bác nói: không có luồng")).to_be_visible()
    await house.say("demo-citizen", Message(text="tự đến"))
    await expect(page.get_by_text("tự đến")).to_be_visible()


async def test_a_database_that_is_away_loses_nothing(page: Page, house: Echo) -> None:
    await open_chat(page, house)
    house.broken = True
    await write(page, "đợi chút")
    await expect(page.locator("#net")).to_have_text(say("web.reconnecting"))
    house.broken = False
    await expect(newest(page)).to_contain_text("Bác nói: đợi chút", timeout=15_000)
    assert texts(house) == ["đợi chút"]


async def test_a_flood_is_slowed_and_still_arrives_whole_and_in_order(page: Page, house: Echo) -> None:
    await open_chat(page, house)
    for number in range(13):
        await write(page, f"tin {number}")
    await expect(page.locator("#problem")).to_have_text(say("web.too_fast"))
    await expect(newest(page)).to_contain_text("tin 12", timeout=20_000)
    await expect(page.locator("#problem")).to_be_hidden()
    assert texts(house) == [f"tin {number}" for number in range(13)]


async def test_a_reload_keeps_place_and_draft(page: Page, house: Echo) -> None:
    await open_chat(page, house)
    for number in range(12):
        await house.say("demo-citizen", Message(title=f"Tin số {number}", text="một\nhai\nba\nbốn"))
    await expect(page.get_by_text("Tin số 11")).to_be_visible()
    await page.get_by_text("Tin số 5").evaluate("e => window.scrollTo(0, e.getBoundingClientRect().top + pageYOffset - 150)")
    await page.locator("#words").fill("đang viết dở")
    await page.wait_for_timeout(300)
    before = await page.get_by_text("Tin số 5").bounding_box()
    await page.reload()
    await expect(page.get_by_text("Tin số 11")).to_be_attached()
    await expect(page.locator("#words")).to_have_value("đang viết dở")
    after = await page.get_by_text("Tin số 5").bounding_box()
    assert before and after and abs(before["y"] - after["y"]) < 5
    await house.say("demo-citizen", Message(text="mới đến"))  # whoever reads further up is not torn away
    await expect(page.get_by_text(say("web.new"))).to_be_visible()
    await page.get_by_text(say("web.new")).tap()
    await expect(page.get_by_text("mới đến")).to_be_in_viewport()


async def test_an_answer_is_shown_from_its_first_message_and_a_long_one_from_its_beginning(page: Page, house: Echo) -> None:
    await open_chat(page, house)
    for number in range(8):
        await house.say("demo-citizen", Message(text=f"tin cũ {number}\nhai\nba"))
    await expect(page.get_by_text("tin cũ 7")).to_be_in_viewport()
    await house.say("demo-citizen", Message(text="đã lưu rồi"), Message(title="Câu hỏi dài", text="dòng\n" * 18))
    await expect(page.get_by_text("đã lưu rồi")).to_be_in_viewport()
    await expect(page.get_by_text("Câu hỏi dài")).to_be_in_viewport()
    await page.evaluate("sessionStorage.clear()")
    await page.evaluate("window.scrollTo(0, document.documentElement.scrollHeight)")
    await page.wait_for_timeout(300)
    await page.reload()
    await expect(page.get_by_text("Câu hỏi dài")).to_be_in_viewport()


async def test_a_demonstration_that_began_anew_begins_anew_on_the_page(page: Page, house: Echo) -> None:
    await open_chat(page, house)
    for _ in range(3):
        await write(page, "cũ")
    await expect(page.locator(".ours")).to_have_count(4)
    await house.close()
    house.lines.clear()
    house.ids.clear()
    house.row = 0
    await house.open()
    await house.say("demo-citizen", Message(text="từ đầu"))
    await expect(page.get_by_text("từ đầu")).to_be_visible(timeout=15_000)
    await expect(page.locator(".line")).to_have_count(1)


async def test_what_is_too_long_stays_in_the_box(page: Page, house: Echo) -> None:
    await open_chat(page, house)
    await write(page, "ă" * 4097)
    await expect(page.locator("#problem")).to_have_text(say("web.too_long", units=4096))
    assert len(await page.locator("#words").input_value()) == 4097
    await write(page, "ă" * 4096)
    await expect(page.locator(".theirs .state")).to_contain_text("✓")
    assert [len(text) for text in texts(house)] == [4096]


async def test_a_removed_message_disappears(page: Page, house: Echo) -> None:
    house.answer = lambda incoming: [Message(text="Đừng gửi mã nhé", removes=incoming.message)]
    await open_chat(page, house)
    await write(page, "mã OTP 123456")
    await expect(page.locator(".theirs")).to_contain_text(say("web.removed"))
    assert "123456" not in await page.content()
    assert "123456" not in await page.evaluate("JSON.stringify(localStorage) + JSON.stringify(sessionStorage)")


# --- what may never happen ----------------------------------------------------------------------------------------------

PROBES = (
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", '"><svg onload=alert(1)>', "'><iframe src=javascript:alert(1)>",
    "javascript:alert(1)", "{{7*7}}${7*7}<%= 7*7 %>", "</textarea><script>alert(1)</script>", "<a href=//evil.example>x</a>",
    "https://gov.vn/\"onmouseover=alert(1)", "\u202e<b>ngược</b>", "&lt;script&gt;alert(1)&lt;/script&gt;",
    "<style>@import'//evil.example'</style>", "<meta http-equiv=refresh content='0;url=//evil.example'>",
)


async def test_no_text_ever_runs(page: Page, house: Echo, watch: Watch) -> None:
    def parrot(incoming: Incoming) -> Sequence[Message]:
        text = incoming.text or incoming.data or "x"
        return [Message(title=text, text=text, note=text, picture=text, choices=(
            Choice(text, "x", quiet=False), Choice(text, "y", quiet=True)))]

    house.answer = parrot
    house.chat._said["chat"]._rate = 1000
    await open_chat(page, house)
    for probe in PROBES:
        await write(page, probe)
        await expect(newest(page).locator(".title")).to_have_text(probe.replace("\u202e", "\u202e"))
    await page.reload()
    await expect(page.locator(".theirs")).to_have_count(len(PROBES))
    assert [await each.locator(".text").text_content() for each in await page.locator(".theirs").all()] == list(PROBES)
    assert await page.locator("#log :is(script, iframe, style, meta, svg, b)").count() == 0
    for path in ("/nowhere<script>alert(1)</script>", "/?start=<script>alert(1)</script>", "/?lang=<script>"):
        await page.goto(house.address + path)
    assert watch.dialogs == []
    assert not [line for line in watch.console if "Content Security Policy" in line or "Trusted" in line]
    assert not [url for url in watch.requests if not url.startswith(house.address + "/")]


async def test_no_page_asks_for_anything_from_elsewhere_or_breaks_its_own_rules(
        page: Page, house: Echo, watch: Watch) -> None:
    for path in ("/", "/?lang=en", "/chat/citizen", "/chat/leader?start=x"):
        await page.goto(house.address + path)
        await page.wait_for_timeout(200)
    await open_chat(page, house)
    await newest(page).get_by_role("button", name="Một").tap()
    await expect(newest(page)).to_contain_text("press=a")
    assert watch.console == []
    loaded = {url.removeprefix(house.address).split("?")[0] for url in watch.requests}
    assert {f"/static/{name}" for name in FILES} <= loaded
    assert not [url for url in watch.requests if not url.startswith(house.address + "/")]


async def test_inline_script_would_be_stopped(page: Page, house: Echo, watch: Watch) -> None:
    """The oracle of the tests above sees something when there is something to see."""
    await open_chat(page, house)
    stopped = await page.evaluate("""() => {
        let stopped = 0;
        try { document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=alert(1)>'); } catch (e) { stopped++; }
        try { document.body.setAttribute('onclick', 'alert(1)'); } catch (e) { stopped++; }
        document.body.click();
        return stopped; }""")
    await page.wait_for_timeout(200)
    assert stopped >= 1 and watch.dialogs == []
    assert [line for line in watch.console if "Content Security Policy" in line or "Trusted" in line]


async def test_another_site_can_neither_frame_nor_post(phone: BrowserContext, house: Echo) -> None:
    other = Echo(demo=True)
    await other.open()
    page = await phone.new_page()
    await page.goto(f"http://localhost:{other.port}/health")
    tried = await page.evaluate("""async address => {
        const ours = {'Content-Type': 'application/json', 'X-Gocua': '1'};
        const tries = [{mode: 'no-cors'}, {headers: ours}], out = [];
        for (const one of tries) {
            const call = {method: 'POST', credentials: 'include', body: '{}', ...one};
            try { out.push((await fetch(address + '/chat/citizen/say', call)).status); }
            catch (e) { out.push('refused'); }
        }
        return out; }""", house.address)
    await other.close()
    assert set(tried) <= {0, "refused"}
    assert not house.asked


# --- for everybody ------------------------------------------------------------------------------------------------------


async def test_everything_can_be_done_with_a_keyboard(page: Page, house: Echo) -> None:
    await open_chat(page, house)
    await page.keyboard.press("Tab")
    assert await focused(page) == say("web.skip")
    await page.keyboard.press("Enter")
    await page.keyboard.type("bằng bàn phím")
    await page.keyboard.press("Shift+Enter")
    await page.keyboard.type("hai dòng")
    await page.keyboard.press("Enter")
    await expect(newest(page)).to_contain_text("bằng bàn phím\nhai dòng")
    assert await page.evaluate("document.activeElement.id") == "words"
    for _ in range(3):
        await page.keyboard.press("Shift+Tab")
    assert await focused(page) == "Một"
    outline = await page.evaluate("(s => s.outlineStyle + s.outlineWidth)(getComputedStyle(document.activeElement))")
    assert outline == "solid3px"
    await page.keyboard.press("Space")
    await expect(newest(page)).to_contain_text("press=a")
    assert await page.evaluate("document.activeElement.classList.contains('ours')")  # on what it became
    await page.keyboard.press("Tab")
    assert await focused(page) == "Một"


async def focused(page: Page) -> str:
    text: str = await page.evaluate("document.activeElement.textContent")
    return text


async def test_a_letter_being_composed_is_not_sent(page: Page, house: Echo) -> None:
    await open_chat(page, house)
    await page.locator("#words").fill("tiê")
    await page.locator("#words").dispatch_event("keydown", {"key": "Enter", "isComposing": True})
    await page.wait_for_timeout(200)
    assert texts(house) == []
    assert await page.locator("#words").input_value() == "tiê"


async def test_roles_and_names_tell_a_screen_reader_what_is_what(page: Page, house: Echo) -> None:
    await open_chat(page, house)
    await expect(page.get_by_role("log", name=say("web.log"))).to_have_attribute("aria-live", "polite")
    await expect(page.get_by_role("textbox", name=say("web.type"))).to_be_visible()
    await expect(page.get_by_role("button", name=say("web.send"))).to_be_visible()
    await expect(page.get_by_role("group", name=say("web.choices")).get_by_role("button")).to_have_count(2)
    await expect(page.get_by_role("group", name=say("web.quiet")).get_by_role("button")).to_have_count(1)
    assert await page.locator("html").get_attribute("lang") == "vi"
    unnamed = await page.evaluate("""[...document.querySelectorAll('button, a, textarea, img')].filter(e => !(
        e.textContent.trim() || e.getAttribute('aria-label') || e.labels && e.labels.length || e.hasAttribute('alt'))).length""")
    assert unnamed == 0


LONG = "Chứng-minh-nhân-dân" * 12


@pytest.mark.parametrize(("width", "zoom"), [(360, 18), (320, 18), (360, 32), (1280, 18)])
async def test_nothing_runs_out_of_the_page(browser: Browser, house: Echo, width: int, zoom: int) -> None:
    six = [Choice(f"Lựa chọn thứ {number} với nhiều chữ", f"a{number}") for number in range(6)]
    house.answer = lambda incoming: [Message(title=LONG, text=f"{LONG}\nhttps://dichvucong.gov.vn/{LONG}", note=LONG,
                                             choices=(Choice(LONG, "a"), *six, Choice(LONG, "q", quiet=True)))]
    context = await browser.new_context(viewport={"width": width, "height": 640})
    page = await context.new_page()
    for path in ("/", "/?lang=en", "/nowhere", "/chat/citizen"):
        await page.goto(house.address + path)
        if path.startswith("/chat"):
            await expect(page.locator(".ours")).to_be_visible()
            await write(page, LONG)
            await expect(page.locator(".ours")).to_have_count(2)
        await page.evaluate(f"document.documentElement.style.setProperty('font-size', '{zoom}px')")
        over = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert over <= 0, path
        cut = await page.evaluate("""[...document.querySelectorAll('.line, .line *, .page *')].filter(e =>
            e.getBoundingClientRect().right > innerWidth + 1 && !e.classList.contains('hidden')).length""")
        assert cut == 0, path
    await context.close()


CONTRAST = """() => {
    const canvas = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
    const rgba = colour => {
        canvas.clearRect(0, 0, 1, 1);
        canvas.fillStyle = colour;
        canvas.fillRect(0, 0, 1, 1);
        return [...canvas.getImageData(0, 0, 1, 1).data];
    };
    const linear = v => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4;
    const light = colour => {
        const [r, g, b] = colour.slice(0, 3).map(v => linear(v / 255));
        return .2126 * r + .7152 * g + .0722 * b;
    };
    const ratio = (a, b) => {
        const [x, y] = [light(a), light(b)].sort((p, q) => q - p);
        return (x + .05) / (y + .05);
    };
    const ground = e => {
        for (; e; e = e.parentElement) {
            const colour = rgba(getComputedStyle(e).backgroundColor);
            if (colour[3] === 255) return colour;
        }
        return [255, 255, 255, 255];
    };
    const found = [];
    for (const e of document.querySelectorAll('body *')) {
        const style = getComputedStyle(e);
        if (!e.getClientRects().length || style.visibility !== 'visible' || e.closest('.hidden, noscript, .skip')) continue;
        const text = [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim());
        if (text) found.push([ratio(rgba(style.color), ground(e)), 'text', e.className || e.tagName]);
        if (e.matches('textarea')) {
            found.push([ratio(rgba(getComputedStyle(e, '::placeholder').color), ground(e)), 'text', 'placeholder']);
        }
        if (e.matches('.choices button, textarea')) {
            found.push([ratio(rgba(style.borderTopColor), ground(e.parentElement)), 'edge', e.textContent]);
        }
        if (e.matches('#send')) found.push([ratio(rgba(style.color), ground(e)), 'edge', 'send']);
    }
    return found;
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_contrast_is_enough_in_light_and_dark(browser: Browser, house: Echo, scheme: str) -> None:
    context = await browser.new_context(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
    page = await context.new_page()
    found = []
    for path in ("/", "/nowhere"):
        await page.goto(house.address + path)
        found += await page.evaluate(CONTRAST)
    for part in PARTS:
        await open_chat(page, house, part)
        await house.say(f"demo-{part}", Message(title="Tên", text="chữ https://gov.vn", note="nguồn https://gov.vn"))
        await write(page, "một")
        await expect(page.locator(".ours")).to_have_count(3)
        await write(page, "x" * 5000)
        await expect(page.locator("#problem")).to_be_visible()
        found += await page.evaluate(CONTRAST)
        await context.set_offline(True)
        await expect(page.locator("#net")).to_be_visible()
        await newest(page).get_by_role("button", name="Một").click()
        found += await page.evaluate(CONTRAST)
        await context.set_offline(False)
        await expect(page.locator("#net")).to_be_hidden()
    await context.close()
    assert len([each for each in found if each[1] == "text"]) > 60
    assert {each[2] for each in found} >= {"note", "title", "state", "placeholder", "send", "banner problem", "role", "pressed"}
    assert [each for each in found if each[0] < (4.5 if each[1] == "text" else 3)] == []


async def test_the_contrast_meter_sees_what_is_too_faint(page: Page, house: Echo) -> None:
    await open_chat(page, house)
    await page.evaluate("document.querySelector('.title').style.setProperty('color', '#999')")
    assert min(await page.evaluate(CONTRAST))[0] < 3


async def test_nothing_moves_for_those_who_asked_for_calm(browser: Browser, house: Echo) -> None:
    context = await browser.new_context(reduced_motion="reduce")
    page = await context.new_page()
    await open_chat(page, house)
    house.pause = 0.5
    await newest(page).get_by_role("button", name="Một").click()
    assert await page.evaluate("document.getAnimations().length") == 0
    await expect(newest(page)).to_contain_text("press=a")
    await context.close()


async def test_the_oldest_script_language_promised_is_enough() -> None:
    """Nothing newer than ES2017 in the page's script: cheap phones keep old browsers."""
    from importlib.resources import files

    script = (files("bot.web") / "static" / "chat.js").read_text("utf-8")
    code = "\n".join(line.split("//")[0] if "https" not in line else line for line in script.splitlines())
    for newer in ("?.", "??", "=>", ".flat(", ".replaceAll(", ".at(", "structuredClone", "...", "#private", "Object.fromEntries"):
        assert newer not in code.replace("(?:", ""), newer


async def test_two_pages_of_one_chat_show_the_same(phone: BrowserContext, house: Echo) -> None:
    house.answer = echo
    one, two = await phone.new_page(), await phone.new_page()
    await open_chat(one, house)
    await open_chat(two, house)
    assert len([thing for thing in house.heard if thing.incoming.kind is Kind.START]) == 1
    await write(one, "từ trang một")
    await expect(two.get_by_text("Bác nói: từ trang một")).to_be_visible()
    await two.reload()
    await expect(two.locator(".line")).to_have_count(3)
    await asyncio.sleep(0)
