"""The gate's parser lets public web addresses through, normalised, and no private one in any disguise."""

from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.pipeline.gate.addresses import (
    CleanUrl,
    FetchPolicy,
    FetchRefused,
    RefusalCode,
    check_addresses,
    check_redirect,
    check_url,
    is_public,
)

POLICY = FetchPolicy()


def clean(url: str, policy: FetchPolicy = POLICY) -> CleanUrl:
    """Check ``url``, which must pass."""
    checked = check_url(url, policy=policy)
    assert isinstance(checked, CleanUrl), checked
    return checked


def refusal(url: str, policy: FetchPolicy = POLICY) -> FetchRefused:
    """Check ``url``, which must be refused."""
    checked = check_url(url, policy=policy)
    assert isinstance(checked, FetchRefused), checked
    return checked


DISGUISES = [
    "http://127.0.0.1/",
    "http://127.1/",
    "http://2130706433/",
    "http://0x7f000001/",
    "http://0X7F.1/",
    "http://0177.0.0.1/",
    "http://017700000001/",
    "http://127.0.0.1./",
    "http://①②⑦.⓪.⓪.①/",
    "http://１２７。０。０。１/",
    "http://12⒎0.0.1/",
    "http://0/",
    "http://[::]/",
    "http://[::1]/",
    "http://[::ffff:7f00:1]/",
    "http://[::ffff:127.0.0.1]/",
    "http://[::ffff:0:7f00:1]/",
    "http://[::127.0.0.1]/",
    "http://[64:ff9b::a9fe:a9fe]/",
    "http://[64:ff9b:1::a9fe:a9fe]/",
    "http://[2002:7f00:1::]/",
    "http://[2001:0:7f00:1::]/",
    "http://[fe80::1]/",
    "http://[fc00::1]/",
    "http://[fd00:ec2::254]/",
    "http://[ff02::1]/",
    "http://[2001:db8::1]/",
    "http://[3fff::1]/",
    "http://[5f00::1]/",
    "http://[100::1]/",
    "http://10.1.2.3/",
    "http://100.100.100.200/",
    "http://168.63.129.16/",
    "http://169.254.169.254/latest/meta-data/",
    "http://172.31.255.255/",
    "http://192.0.0.192/",
    "http://192.0.2.1/",
    "http://192.168.0.1/",
    "http://198.18.0.1/",
    "http://198.51.100.1/",
    "http://203.0.113.1/",
    "http://224.0.0.1/",
    "http://240.0.0.1/",
    "http://255.255.255.255/",
    "http://127.0.0.1:8000/",
]


@pytest.mark.parametrize("url", DISGUISES)
def test_a_private_address_is_refused_in_every_disguise(url: str) -> None:
    refused = refusal(url)
    assert refused.code is RefusalCode.PRIVATE
    assert refused.url == url
    assert "public" in refused.reason


@pytest.mark.parametrize("url", DISGUISES)
def test_the_same_disguises_pass_once_every_address_is_opened(url: str) -> None:
    opened = FetchPolicy(ports=frozenset({80, 8000}), allow_private=("0.0.0.0/0", "::/0"))
    assert clean(url, opened).is_literal


@given(
    st.ip_addresses(v=4),
    st.sampled_from(["decimal", "hex", "octal", "dotted octal", "dotted hex", "three parts", "two parts"]),
)
def test_every_spelling_of_a_number_means_the_same_address(address: object, spelling: str) -> None:
    number = int(ip_address(str(address)))
    a, b, c, d = number.to_bytes(4, "big")
    spelled = {
        "decimal": str(number),
        "hex": hex(number),
        "octal": f"0{number:o}",
        "dotted octal": f"0{a:o}.0{b:o}.0{c:o}.0{d:o}",
        "dotted hex": f"{a:#x}.{b:#x}.{c:#x}.{d:#x}",
        "three parts": f"{a}.{b}.{c * 256 + d}",
        "two parts": f"{a}.{number % 2**24}",
    }[spelling]
    everything = FetchPolicy(allow_private=("0.0.0.0/0",))
    assert clean(f"http://{spelled}/", everything).url == f"http://{address}/"


@pytest.mark.parametrize(
    ("last_public", "first_special", "last_special", "next_public"),
    [
        (None, "0.0.0.1", "0.255.255.255", "1.0.0.0"),
        ("9.255.255.255", "10.0.0.0", "10.255.255.255", "11.0.0.0"),
        ("100.63.255.255", "100.64.0.0", "100.127.255.255", "100.128.0.0"),
        ("126.255.255.255", "127.0.0.0", "127.255.255.255", "128.0.0.0"),
        ("169.253.255.255", "169.254.0.0", "169.254.255.255", "169.255.0.0"),
        ("172.15.255.255", "172.16.0.0", "172.31.255.255", "172.32.0.0"),
        ("191.255.255.255", "192.0.0.0", "192.0.0.255", "192.0.1.0"),
        ("192.88.98.255", "192.88.99.0", "192.88.99.255", "192.88.100.0"),
        ("192.167.255.255", "192.168.0.0", "192.168.255.255", "192.169.0.0"),
        ("198.17.255.255", "198.18.0.0", "198.19.255.255", "198.20.0.0"),
        ("198.51.99.255", "198.51.100.0", "198.51.100.255", "198.51.101.0"),
        ("203.0.112.255", "203.0.113.0", "203.0.113.255", "203.0.114.0"),
        ("223.255.255.255", "224.0.0.0", "255.255.255.255", None),
        (None, "::", "1fff:ffff::", "2001:200::"),
        ("2001:db7::1", "2001:db8::", "2001:db8:ffff::", "2001:db9::"),
        ("2001:ffff::", "2002::", "2002:ffff::", "2003::"),
        ("3ffe:ffff::", "3fff::", "3fff:fff::", "3fff:1000::"),
        ("3fff:ffff::", "4000::", "ffff::", None),
    ],
)
def test_the_list_of_special_blocks_ends_where_the_registry_says(
    last_public: str | None, first_special: str, last_special: str, next_public: str | None
) -> None:
    assert not is_public(ip_address(first_special))
    assert not is_public(ip_address(last_special))
    for neighbour in filter(None, (last_public, next_public)):
        assert is_public(ip_address(neighbour))


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("", RefusalCode.MALFORMED),
        ("news.example", RefusalCode.MALFORMED),
        ("http:news.example", RefusalCode.MALFORMED),
        ("http://", RefusalCode.MALFORMED),
        ("http:///story", RefusalCode.MALFORMED),
        ("http://a..example/", RefusalCode.MALFORMED),
        ("http://news%2eexample/", RefusalCode.MALFORMED),
        ("http://news.example%00.org/", RefusalCode.MALFORMED),
        ("http://news example/", RefusalCode.MALFORMED),
        ("http://℀.example/", RefusalCode.MALFORMED),
        (f"http://{'a' * 64}.example/", RefusalCode.MALFORMED),
        pytest.param(f"http://{'a.' * 127}example/", RefusalCode.MALFORMED, id="host of 261 characters"),
        ("http://news.example:0/", RefusalCode.MALFORMED),
        ("http://news.example:65536/", RefusalCode.MALFORMED),
        ("http://news.example:8O/", RefusalCode.MALFORMED),
        ("http://news.example:80:80/", RefusalCode.MALFORMED),
        ("http://256.1.1.1/", RefusalCode.MALFORMED),
        ("http://1.2.3.4.5/", RefusalCode.MALFORMED),
        ("http://news.09/", RefusalCode.MALFORMED),
        ("http://09/", RefusalCode.MALFORMED),
        ("http://99999999999999999999/", RefusalCode.MALFORMED),
        ("http://[::1/", RefusalCode.MALFORMED),
        ("http://[::1]x/", RefusalCode.MALFORMED),
        ("http://[news.example]/", RefusalCode.MALFORMED),
        ("http://[fe80::1%25eth0]/", RefusalCode.MALFORMED),
        ("http://[fe80::1%eth0]/", RefusalCode.MALFORMED),
        ("http://127.0.0.1\\@1.1.1.1/", RefusalCode.MALFORMED),
        ("http://news.example/\r\nHost: other.example", RefusalCode.MALFORMED),
        ("http://news.example/\x00", RefusalCode.MALFORMED),
        ("http://news.example/\ud800", RefusalCode.MALFORMED),
        ("http://news\t.example/", RefusalCode.MALFORMED),
        pytest.param("http://" + "a" * 65536, RefusalCode.TOO_LONG, id="host of 64 kB"),
        pytest.param("http://news.example/" + "a" * 65536, RefusalCode.TOO_LONG, id="path of 64 kB"),
        ("http://1.1.1.1@127.0.0.1/", RefusalCode.USERINFO),
        ("http://edith:secret@news.example/", RefusalCode.USERINFO),
        ("ftp://news.example/", RefusalCode.SCHEME),
        ("file:///etc/passwd", RefusalCode.SCHEME),
        ("gopher://127.0.0.1:6379/_FLUSHALL", RefusalCode.SCHEME),
        ("javascript:alert(1)", RefusalCode.SCHEME),
        ("data:text/html,hello", RefusalCode.SCHEME),
        ("http://news.example:22/", RefusalCode.PORT),
        ("https://news.example:6379/", RefusalCode.PORT),
    ],
)
def test_what_is_no_plain_web_address_is_refused_with_a_reason(url: str, code: RefusalCode) -> None:
    refused = refusal(url)
    assert refused.code is code
    assert refused.reason.endswith(".")
    assert len(refused.url) <= 8192


@pytest.mark.parametrize(
    ("url", "normalised"),
    [
        ("http://news.example", "http://news.example/"),
        (" https://News.Example:443/Story#top ", "https://news.example/Story"),
        ("http://news.example:/", "http://news.example/"),
        ("http://news.example:443/", "http://news.example:443/"),
        ("http://news.example./", "http://news.example/"),
        ("http://news.example/a/../b/./c/..", "http://news.example/b/"),
        ("http://news.example/../../etc", "http://news.example/etc"),
        ("http://news.example?q=1", "http://news.example/?q=1"),
        ("http://news.example/a b?q=ü", "http://news.example/a%20b?q=%C3%BC"),
        ("http://news.example/100%/%4a%4B", "http://news.example/100%/%4A%4B"),
        ("http://news.example//double//slash", "http://news.example//double//slash"),
        ("http://bücher.example/", "http://xn--bcher-kva.example/"),
        ("http://faß.example/", "http://xn--fa-hia.example/"),
        ("http://аррӏе.example/", "http://xn--80ak6aa92e.example/"),
        ("http://foo-.example/_x", "http://foo-.example/_x"),
        ("http://8.8.8.8/", "http://8.8.8.8/"),
        ("http://[2606:4700:0:0::1111]:443/x", "http://[2606:4700::1111]:443/x"),
    ],
)
def test_a_web_address_is_normalised_once(url: str, normalised: str) -> None:
    checked = clean(url)
    assert checked.url == normalised
    assert clean(checked.url) == checked


def test_an_opening_for_one_host_and_port_opens_nothing_else() -> None:
    policy = FetchPolicy(allow_private=("127.0.0.1:8001",))
    assert clean("http://127.0.0.1:8001/", policy).port == 8001
    assert refusal("http://127.0.0.1:8002/", policy).code is RefusalCode.PRIVATE
    assert refusal("http://127.0.0.1/", policy).code is RefusalCode.PRIVATE
    assert refusal("http://127.0.0.2:8001/", policy).code is RefusalCode.PRIVATE
    assert refusal("http://news.example:8001/", policy).code is RefusalCode.PORT


def test_an_opened_network_is_open_on_the_usual_ports_only() -> None:
    policy = FetchPolicy(allow_private=("10.0.0.0/8", "fd00::/8"))
    assert clean("http://10.1.2.3/", policy).is_literal
    assert clean("https://[fd00::1]/", policy).is_literal
    assert refusal("http://10.1.2.3:8080/", policy).code is RefusalCode.PORT
    assert refusal("http://11.0.0.0:8080/", policy).code is RefusalCode.PORT
    assert refusal("http://[fe80::1]/", policy).code is RefusalCode.PRIVATE


def test_an_opened_name_may_lead_to_a_private_address_and_no_other_name_may() -> None:
    policy = FetchPolicy(allow_private=("Intranet.example", "wiki.example:8080"))
    private = [ip_address("10.0.0.5")]
    assert check_addresses(clean("http://intranet.example/", policy), private, policy=policy) is None
    assert check_addresses(clean("http://wiki.example:8080/", policy), private, policy=policy) is None
    for url in ("http://wiki.example/", "http://other.example/", "http://x.intranet.example/"):
        refused = check_addresses(clean(url, policy), private, policy=policy)
        assert refused is not None
        assert "10.0.0.5" in refused.reason


def test_one_private_answer_among_public_ones_refuses_the_name() -> None:
    news = clean("http://news.example/")
    public = [ip_address("93.184.216.34"), ip_address("2606:4700::1111")]
    assert check_addresses(news, public, policy=POLICY) is None
    assert check_addresses(news, [*public, ip_address("127.0.0.1")], policy=POLICY) is not None
    assert check_addresses(news, [*public, ip_address("fe80::1%eth0")], policy=POLICY) is not None


@pytest.mark.parametrize("entry", ["10.0.0.0/40", "http://news.example/", "news.example:port", "a b", "[::1"])
def test_an_opening_that_cannot_be_read_is_an_error_at_the_start(entry: str) -> None:
    with pytest.raises(ValueError, match="FETCH_ALLOW_PRIVATE"):
        FetchPolicy(allow_private=(entry,))


@pytest.mark.parametrize(
    "settings", [{"deadline_seconds": 0}, {"max_bytes": -1}, {"user_agent": "a\r\nB: c"}]
)
def test_a_policy_that_cannot_be_meant_is_an_error(settings: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"must be|may hold"):
        FetchPolicy(**settings)  # type: ignore[arg-type]  # one wrong value at a time


@pytest.mark.parametrize(
    ("location", "expected"),
    [
        ("/b", "https://news.example/b"),
        ("b?c", "https://news.example/2011/b?c"),
        ("//other.example/b", "https://other.example/b"),
        ("http://other.example", "http://other.example/"),
        ("?page=2", "https://news.example/2011/a?page=2"),
    ],
)
def test_a_redirect_is_read_relative_to_the_page(location: str, expected: str) -> None:
    target = check_redirect(clean("https://news.example/2011/a"), location, policy=POLICY)
    assert isinstance(target, CleanUrl)
    assert target.url == expected


@pytest.mark.parametrize(
    ("location", "code"),
    [
        ("//127.0.0.1/", RefusalCode.PRIVATE),
        ("http://[::1]/", RefusalCode.PRIVATE),
        ("//[::1", RefusalCode.MALFORMED),
        ("/\\127.0.0.1/", RefusalCode.MALFORMED),
        ("\t//127.0.0.1/", RefusalCode.MALFORMED),
        ("file:///etc/passwd", RefusalCode.SCHEME),
        ("//news.example:25/", RefusalCode.PORT),
    ],
)
def test_a_redirect_passes_the_same_checks(location: str, code: RefusalCode) -> None:
    target = check_redirect(clean("https://news.example/2011/a"), location, policy=POLICY)
    assert isinstance(target, FetchRefused)
    assert target.code is code
