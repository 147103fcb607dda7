"""How pages of the guide look, from the tokens, in the part of CSS that Qt's documents know."""

from gzactive.app.theme import Theme
from gzactive.app.tokens import SPACE

__all__ = ["page_style"]


def page_style(theme: Theme) -> str:
    """Style sheet of a page in the present theme and font size."""
    c, s = theme.colours, SPACE
    size = theme.font(1.0).pointSizeF()

    def points(scale: float) -> str:
        return f"{size * scale:.2f}pt"

    return f"""
    body {{ color: {c.text}; font-size: {points(1.06)}; }}
    p, li {{ line-height: 140%; }}
    .picture {{ line-height: 100%; }}
    p {{ margin-top: 0; margin-bottom: {s.medium}px; }}
    h1 {{ font-size: {points(1.8)}; font-weight: 600; margin-top: {s.small}px;
          margin-bottom: {s.medium}px; }}
    h2 {{ font-size: {points(1.35)}; font-weight: 600; margin-top: {s.huge}px;
          margin-bottom: {s.small}px; }}
    h3 {{ font-size: {points(1.12)}; font-weight: 600; margin-top: {s.large}px;
          margin-bottom: {s.tight}px; }}
    td h3 {{ margin-top: 0; }}
    ul, ol {{ margin-top: 0; margin-bottom: {s.medium}px; }}
    li {{ margin-bottom: {s.tight}px; }}
    a {{ color: {c.accent}; text-decoration: none; }}
    code {{ background-color: {c.hover}; font-family: monospace; font-size: {points(1.0)}; }}
    pre {{ font-family: monospace; font-size: {points(1.0)}; margin-top: 0; margin-bottom: 0; }}
    .code pre code {{ background-color: {c.hover}; }}
    th {{ text-align: left; color: {c.muted}; font-weight: 600; padding: {s.tight}px {s.medium}px
          {s.tight}px 0; border-bottom: 1px solid {c.border}; }}
    td {{ padding: {s.tight + 1}px {s.medium}px {s.tight + 1}px 0; vertical-align: top;
          border-bottom: 1px solid {c.border}; }}
    .muted {{ color: {c.muted}; font-size: {points(0.95)}; }}
    .key {{ color: {c.muted}; font-size: {points(0.9)}; font-weight: 400; }}
    .code td {{ background-color: {c.hover}; padding: {s.small}px {s.medium}px; border: none; }}
    .answers td {{ padding-top: {s.large}px; padding-bottom: {s.large}px; }}
    """
