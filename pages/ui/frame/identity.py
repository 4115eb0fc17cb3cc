"""Who sits in front of the page: signed in by OIDC, or named by the bureau's gateway. Nobody is a valid answer."""

import ipaddress
from urllib.parse import unquote

import streamlit as st

from warehouse.home import Home
from warehouse.people import sessions
from warehouse.people.sessions import Person
from warehouse.settings import Settings, load_settings

LONGEST_NAME = 80
ADDRESS_HEADER = "x-yanglao-address"
"""Set by the door, never taken from outside: the reader's address as the listed proxies tell it."""


def who() -> str:
    """The person's name or address; empty when nobody is signed in, and then nothing may be written for others.

    A gateway's header counts only when the connection comes from an address the settings list.
    """
    person = here_is()
    if person is not None:
        return person.login
    user = st.user.to_dict() if st.user else {}
    if user.get("is_logged_in"):
        return str(user.get("email") or user.get("preferred_username") or user.get("name") or user.get("sub") or "")
    return named_by_gateway(load_settings(), dict(st.context.headers), st.context.ip_address)


def here_is() -> Person | None:
    """The person of this run's session, looked up anew; None without sign-in, and once the session has ended."""
    settings = load_settings()
    if settings.sign_in == "off":
        return None
    return sessions.person(Home(settings.home), st.context.cookies.get(sessions.COOKIE))


def address() -> str:
    """Where the person's connection comes from, as the door tells it; empty where nobody told."""
    return str(st.context.headers.get(ADDRESS_HEADER) or st.context.ip_address or "")


def reader_name() -> str:
    """Whose a running statement is: the person's, or where nobody is named, that of the address."""
    return who() or f"address {st.context.headers.get(ADDRESS_HEADER) or st.context.ip_address or 'here'}"


def named_by_gateway(settings: Settings, headers: dict[str, str], peer: str | None) -> str:
    """The name in the gateway's header; empty when there is none, or when somebody else sent it.

    Args:
        peer: the address the connection comes from; None means this machine.
    """
    if not settings.identity_header:
        return ""
    try:
        address = ipaddress.ip_address(peer or "127.0.0.1")
    except ValueError:
        return ""
    if not any(address in ipaddress.ip_network(each, strict=False) for each in settings.identity_from):
        return ""
    wanted = settings.identity_header.lower()
    given = next((value for name, value in headers.items() if name.lower() == wanted), "")
    return "".join(sign for sign in unquote(given).strip() if sign.isprintable())[:LONGEST_NAME]
