"""HTML, strictly: a page that does not parse, or that its own Content-Security-Policy would break, fails its test."""

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element

import html5lib

INLINE = re.compile(r"<[a-z][^<>]*?\s(style|on[a-z]+)\s*=", re.IGNORECASE)
INLINE_BLOCK = re.compile(r"<style\b|<script\b(?![^>]*\bsrc=)(?![^>]*\btype=.?application/json)", re.IGNORECASE)
POINTERS = ("for", "aria-describedby", "aria-labelledby", "aria-controls", "list", "form")


class InvalidHtml(AssertionError):
    """What is wrong, with the line it stands in."""

    def __init__(self, source: str, line: int, reason: str) -> None:
        lines = source.splitlines()
        shown = lines[line - 1].strip()[:200] if 0 < line <= len(lines) else ""
        super().__init__(f"line {line}: {reason}\n    {shown}")
        self.line = line


def parse(source: str) -> Element:
    """A whole page as an element tree without namespaces; raises InvalidHtml on the first fault."""
    return _checked(source, whole=True)


def fragment(source: str, container: str = "div") -> Element:
    """A part of a page, as htmx fetches it and puts it into such a container (rows need "tbody")."""
    return _checked(source, whole=False, container=container)


def text(element: Element) -> str:
    """All words of an element, white space collapsed."""
    return " ".join("".join(element.itertext()).split())


def by_id(root: Element, name: str) -> Element:
    for element in root.iter():
        if element.get("id") == name:
            return element
    raise AssertionError(f"nothing on the page has the id {name}")


def with_class(root: Element, name: str) -> list[Element]:
    return [element for element in root.iter() if name in element.get("class", "").split()]


def links(root: Element) -> dict[str, str]:
    """Words → address of every link."""
    return {text(element) or element.get("aria-label", ""): element.get("href", "") for element in root.iter("a")}


def fields(form: Element) -> dict[str, str]:
    """What a browser would send for this form as it stands (one value a name)."""
    sent: dict[str, str] = {}
    for element in form.iter():
        name = element.get("name")
        if not name or element.get("disabled") is not None:
            continue
        if element.tag == "input":
            if element.get("type") in ("submit", "button", "file"):
                continue
            if element.get("type") in ("checkbox", "radio") and element.get("checked") is None:
                continue
            sent[name] = element.get("value", "on" if element.get("type") == "checkbox" else "")
        elif element.tag == "textarea":
            sent[name] = element.text or ""
        elif element.tag == "select":
            options = list(element.iter("option"))
            chosen = [each for each in options if each.get("selected") is not None] or options
            if chosen:
                sent[name] = chosen[0].get("value", text(chosen[0]))
    return sent


def _checked(source: str, *, whole: bool, container: str = "div") -> Element:
    parser = html5lib.HTMLParser(tree=html5lib.getTreeBuilder("etree"), namespaceHTMLElements=False)
    root: Element = parser.parse(source) if whole else parser.parseFragment(source, container=container)
    for (line, _), code, data in parser.errors:
        raise InvalidHtml(source, line, html5lib.constants.E.get(code, code) % data)
    for reason, pattern in (("an inline attribute that the policy forbids", INLINE), ("inline code", INLINE_BLOCK)):
        if found := pattern.search(source):
            raise InvalidHtml(source, source.count("\n", 0, found.start()) + 1, reason)
    for name, reason in _dangling(root, whole):
        at = re.search(rf"\b(?:id|for|href|src|aria-[a-z]+|form|list)=[^>]*{re.escape(name)}", source)
        raise InvalidHtml(source, source.count("\n", 0, at.start()) + 1 if at else 0, reason)
    return root


def _dangling(root: Element, whole: bool) -> Iterator[tuple[str, str]]:
    """Ids given twice, and on a whole page ids that are pointed at but not there."""
    ids: set[str] = set()
    for element in root.iter():
        name = element.get("id")
        if name is not None:
            if name in ids:
                yield name, f"the id {name} is given twice"
            if not name or re.search(r"\s", name):
                yield name, "an id is empty or has a space in it"
            ids.add(name)
        if element.tag == "img" and element.get("alt") is None:
            yield element.get("src", ""), "a picture says nothing in its place (alt)"
    if not whole:
        return
    for element in root.iter():
        for attribute in POINTERS:
            for name in (element.get(attribute) or "").split():
                if name not in ids:
                    yield name, f"{attribute} points at {name}, which is not on the page"
        href = element.get("href", "")
        if element.tag == "a" and len(href) > 1 and href.startswith("#") and href[1:] not in ids:
            yield href[1:], f"a link goes to {href}, which is not on the page"
