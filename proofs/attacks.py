"""Sixty ways to make a typesetter read a file or an address, tried on ours.

Two kinds: as a supporter's words, where all of them are only text; and as HTML of our own, where
none may be answered. A way counts as a hit if the file's content or the picture reaches the PDF,
or if anything was opened or asked for.
"""

from __future__ import annotations

from pathlib import Path

WAYS = (
    '<img src="{}">',
    '<img srcset="{} 1x">',
    '<link rel="attachment" href="{}">',
    '<link rel="stylesheet" href="{}">',
    '<link rel="icon" href="{}">',
    "<style>@import url('{}');</style>",
    "<style>@font-face {{ font-family: X; src: url('{}') }} p {{ font-family: X }}</style><p>x</p>",
    "<style>p {{ background: url('{}') }}</style><p>x</p>",
    "<style>@page {{ background: url('{}') }}</style>",
    "<style>p::before {{ content: url('{}') }}</style><p>x</p>",
    "<style>li {{ list-style-image: url('{}') }}</style><ul><li>x</ul>",
    "<style>p {{ border-image: url('{}') 1 }}</style><p>x</p>",
    "<style>@color-profile --p {{ src: url('{}') }} p {{ color: color(--p 1 0 0) }}</style><p>x</p>",
    "<style>p::after {{ content: target-text('{}') }}</style><p>x</p>",
    '<p style="background-image: url({})">x</p>',
    '<object data="{}"></object>',
    '<embed src="{}">',
    '<iframe src="{}"></iframe>',
    '<video poster="{}"></video>',
    '<input type="image" src="{}">',
    '<svg><image href="{}" width="9" height="9"/></svg>',
    '<svg><use href="{}#x"/></svg>',
    '<svg><style>@import "{}";</style></svg>',
    '<svg xmlns:xlink="http://www.w3.org/1999/xlink"><image xlink:href="{}" width="9" height="9"/></svg>',
    '<svg><rect width="9" height="9" fill="url({}#x)"/></svg>',
    '<body background="{}">',
    '<table background="{}"><tr><td>x</table>',
    '<base href="{}"><img src="x.png">',
    '<a rel="attachment" href="{}">x</a>',
    "<img src=\"data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg'><image href='{}'/></svg>\">",
    '<meta http-equiv="refresh" content="0; url={}">',
    '<img src="logo:{}">',
)


def attacks(secret: Path, port: int) -> list[str]:
    """Return HTML that asks for the secret's file or for the server at `port`, in every way."""
    named = (secret.as_uri(), f"http://127.0.0.1:{port}/x")
    return [way.format(target) for way in WAYS for target in named]
