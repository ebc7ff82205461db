"""Which addresses a picture may be fetched from: none that leads into a private network."""

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

import httpx

from media.errors import UnsafeAddressError
from media.settings import Settings

_PORTS = {"http": 80, "https": 443}
# IPv6 addresses that stand for an IPv4 address in their last four bytes.
_NAT64 = IPv6Network("64:ff9b::/96")
_COMPATIBLE = IPv6Network("::/96")


def port_of(url: httpx.URL) -> int:
    """Return the port that `url` leads to."""
    return url.port or _PORTS[url.scheme]


def web_address(text: str) -> httpx.URL:
    """Read a URL.

    Raises:
        UnsafeAddressError: it is not `http` or `https`, has no host, or holds a user's name.
    """
    try:
        url = httpx.URL(text)
    except (httpx.InvalidURL, ValueError, TypeError):
        raise UnsafeAddressError("this is no web address") from None
    if url.scheme not in _PORTS or not url.host:
        raise UnsafeAddressError("a picture's address must begin with http:// or https://")
    if url.userinfo:
        raise UnsafeAddressError(f"the address at {url.host} holds a user's name")
    return url


def trusted_hosts(settings: Settings) -> frozenset[str]:
    """Return the hosts (`name` or `name:port`) that may lie in a private network."""
    providers = settings.providers
    own = [providers.tmdb.base_url, providers.fanart.base_url, providers.tvdb.base_url]
    urls = [httpx.URL(base) for base in own]
    named = {f"{url.host}:{port_of(url)}" for url in urls if url.scheme in _PORTS}
    return frozenset(named | {host.lower() for host in settings.http.allowed_hosts})


def ensure_public(host: str, port: int, addresses: Iterable[str], trusted: frozenset[str]) -> None:
    """Raise `UnsafeAddressError` if any of the addresses of `host` is not the internet's."""
    if host.lower() in trusted or f"{host.lower()}:{port}" in trusted:
        return
    for address in addresses:
        if not _is_public(address):
            raise UnsafeAddressError(
                f"{host} leads into a private network; if that is right, "
                f"add {host!r} or '{host}:{port}' to http.allowed_hosts"
            )


def _is_public(text: str) -> bool:
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return False
    return all(one.is_global and not one.is_multicast for one in _meant(address))


def _meant(address: IPv4Address | IPv6Address) -> Iterable[IPv4Address | IPv6Address]:
    """Yield the address that is reached: an IPv6 one may only wrap it."""
    if isinstance(address, IPv4Address):
        yield address
    elif address.ipv4_mapped:
        yield address.ipv4_mapped
    elif address.sixtofour:
        yield address.sixtofour
    elif address.teredo:
        yield from address.teredo
    elif address in _NAT64 or address in _COMPATIBLE:
        yield IPv4Address(int(address) & 0xFFFFFFFF)
    else:
        yield address
