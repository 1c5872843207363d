"""A run's log as a picture: the loss, and the figures on the held-out photos."""
from __future__ import annotations

import json
from pathlib import Path

WIDTH, HEIGHT, LEFT, TOP, GAP = 860, 330, 52, 46, 64
PANEL_WIDTH, PANEL_HEIGHT = (WIDTH - LEFT - GAP - 20) // 2, HEIGHT - TOP - 60
COLOURS = ("#1f6f8b", "#c8553d", "#6a994e", "#8367c7")


def draw_curve(log: Path, out: Path, title: str) -> None:
    """Reads log.jsonl, writes an SVG."""
    records = [json.loads(line) for line in log.read_text().splitlines()]
    losses = {k: [(r["epoch"], r[k]) for r in records if k in r] for k in ("loss", "arcface", "teacher")}
    shares = {k: [(r["epoch"], 100 * r[k]) for r in records if k in r] for k in ("top1", "top5", "auroc", "tar")}
    end = max((r["epoch"] for r in records), default=1) or 1
    highest = max((v for points in losses.values() for _, v in points), default=1)
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="12">',
             f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
             f'<text x="{LEFT}" y="20" font-size="15">{title}</text>']
    parts += _panel(LEFT, "training loss", losses, end, _round_up(highest))
    parts += _panel(LEFT + PANEL_WIDTH + GAP, "held-out photos, %", shares, end, 100)
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text("\n".join(parts + ["</svg>\n"]))


def _round_up(value: float) -> float:
    return next((s for s in (1, 2, 5, 10, 15, 20, 30, 50, 100) if s >= value), value)


def _panel(left: int, title: str, series: dict[str, list[tuple[float, float]]], end: float, top: float) -> list[str]:
    bottom = TOP + PANEL_HEIGHT

    def x(epoch: float) -> float:
        return round(left + PANEL_WIDTH * epoch / end, 1)

    def y(value: float) -> float:
        return round(bottom - PANEL_HEIGHT * min(value, top) / top, 1)

    parts = [f'<text x="{left}" y="{TOP - 8}" fill="#555">{title}</text>']
    for k in range(5):
        value = top * k / 4
        parts.append(f'<path d="M{left} {y(value)}h{PANEL_WIDTH}" stroke="#ddd"/>'
                     f'<text x="{left - 6}" y="{y(value) + 4}" text-anchor="end" fill="#555">{value:g}</text>')
    for k in range(5):
        parts.append(f'<text x="{x(end * k / 4)}" y="{bottom + 18}" text-anchor="middle" fill="#555">{end * k / 4:.3g}</text>')
    parts.append(f'<text x="{left + PANEL_WIDTH / 2}" y="{bottom + 34}" text-anchor="middle" fill="#555">epochs</text>')
    place = left
    for colour, (name, points) in zip(COLOURS, series.items()):
        if points:
            line = " ".join(f"{x(e)},{y(v)}" for e, v in points)
            parts.append(f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="1.8"/>')
            parts += [f'<circle cx="{x(e)}" cy="{y(v)}" r="2" fill="{colour}"/>' for e, v in points if len(points) < 80]
            label = f"{name} {points[-1][1]:.3g}"
            parts.append(f'<text x="{place}" y="{bottom + 52}" fill="{colour}">{label}</text>')
            place += 7 * len(label) + 14
    return parts
