#!/usr/bin/env python3
"""Draws the head of a right whale that does not exist, seen from the air.

The animal (which callosities, where, how large) follows from --animal, everything else (light, water, angle, scale)
from --view: one animal in two views is the same animal on two days. The same numbers always give the same picture.

    samples/render.py --animal 3 --view 1 --width 800 head.jpg
    samples/render.py --animal 3 --change water head.jpg     # what differs from a catalogue picture, see CHANGES
    samples/render.py --all                                  # the pictures beside this script, and those in heads/

Needs Python 3.9, numpy and Pillow (Debian: python3-numpy python3-pil).
Head coordinates: u along the axis, 0 behind the blowholes, 1 the tip of the snout; v across, 0 on the axis.
"""
import argparse
import pathlib

try:
    import numpy as np
    from PIL import Image, ImageFilter
except ImportError as missing:
    raise SystemExit(f"{missing}: install numpy and Pillow (Debian: apt install python3-numpy python3-pil).")

SAMPLES = [("right-whale-1.jpg", 1, 1, 800), ("right-whale-1-again.jpg", 1, 2, 640),
           ("right-whale-2.jpg", 13, 11, 720), ("right-whale-3.jpg", 9, 9, 560)]
# heads/: each animal once as a catalogue has it, once with each of the other things changed, and once on another day, with all of them.
CHANGES = ["catalogue", "light", "angle", "scale", "water", "day"]
HEADS, HEAD_WIDTH = range(1, 25), 320
SKIN_U, SKIN_V = (-0.8, 1.3), (-0.7, 0.7)  # the part of the head plane that has a skin texture


def smooth(low, high, x):
    t = np.clip((x - low) / (high - low), 0, 1)
    return t * t * (3 - 2 * t)


def noise(rng, shape, cells, octaves=5, gain=0.55):
    """Fractal value noise, about -1 to 1; cells is (down, across) at the coarsest octave."""
    total, weight = np.zeros(shape), 0.0
    for octave in range(octaves):
        grid = [max(2, int(c * 2 ** octave)) for c in cells]
        layer = Image.fromarray(rng.uniform(-1, 1, grid).astype(np.float32), mode="F")
        layer = np.asarray(layer.resize((shape[1], shape[0]), Image.BICUBIC))
        total += layer * gain ** octave
        weight += gain ** octave
    return total / weight * 1.8


def sample(texture, u, v):
    """Reads a skin texture at head coordinates, bilinear."""
    rows, columns = texture.shape
    x = np.clip((u - SKIN_U[0]) / (SKIN_U[1] - SKIN_U[0]), 0, 1) * (columns - 1.001)
    y = np.clip((v - SKIN_V[0]) / (SKIN_V[1] - SKIN_V[0]), 0, 1) * (rows - 1.001)
    x0, y0 = x.astype(int), y.astype(int)
    fx, fy = x - x0, y - y0
    top = texture[y0, x0] * (1 - fx) + texture[y0, x0 + 1] * fx
    low = texture[y0 + 1, x0] * (1 - fx) + texture[y0 + 1, x0 + 1] * fx
    return top * (1 - fy) + low * fy


class Animal:
    """What stays the same from day to day: the build of the head and the pattern of callosities."""

    def __init__(self, seed):
        rng = np.random.default_rng([seed, 7001])
        self.half_width = rng.uniform(0.34, 0.38)
        self.rostrum = rng.uniform(0.058, 0.072)
        self.blobs = []  # u, v, half length, half width
        self._bonnet_and_rostrum(rng)
        self._coaming(rng)
        self._lips(rng)
        shape = (640, 960)
        self.edge = noise(rng, shape, (22, 32), 4, 0.7)    # ragged outlines
        self.rough = noise(rng, shape, (90, 130), 4, 0.8)  # cornified tissue
        self.mottle = noise(rng, shape, (9, 12), 5)        # skin
        self.scars = [(rng.uniform(-0.3, 0.7), rng.uniform(-0.28, 0.28), rng.uniform(-0.9, 0.9), rng.uniform(0.03, 0.12))
                      for _ in range(rng.integers(1, 5))]

    def _bonnet_and_rostrum(self, rng):
        length, wide = rng.uniform(0.065, 0.1), rng.uniform(0.055, 0.08)
        tip = 0.985 - length
        self.blobs.append((tip, rng.uniform(-0.012, 0.012), length, wide))
        front, back = tip - length * 0.9, rng.uniform(0.36, 0.46)
        if rng.random() < 0.5:  # continuous: one long callosity, sometimes broken once
            gap = rng.uniform(back, front) if rng.random() < 0.5 else -1
            for u in np.arange(front, back, -0.022):
                if abs(u - gap) > 0.045:
                    self.blobs.append((u, rng.uniform(-0.012, 0.012), 0.045, rng.uniform(0.026, 0.052)))
        else:  # islands along the rostrum
            u = front - rng.uniform(0.02, 0.06)
            while u > back:
                half = rng.uniform(0.018, 0.06)
                self.blobs.append((u - half, rng.uniform(-0.022, 0.022), half, rng.uniform(0.02, 0.045)))
                u -= 2 * half + rng.uniform(0.015, 0.08)

    def _coaming(self, rng):
        for side in (-1, 1):
            if rng.random() < 0.85:  # beside and before the blowholes
                self.blobs.append((rng.uniform(0.22, 0.3), side * rng.uniform(0.03, 0.075), rng.uniform(0.02, 0.05), rng.uniform(0.014, 0.03)))
            if rng.random() < 0.45:  # behind them
                self.blobs.append((rng.uniform(0.02, 0.08), side * rng.uniform(0.0, 0.06), rng.uniform(0.012, 0.025), rng.uniform(0.01, 0.02)))
        if rng.random() < 0.6:
            self.blobs.append((rng.uniform(0.27, 0.32), rng.uniform(-0.015, 0.015), 0.03, rng.uniform(0.02, 0.035)))

    def _lips(self, rng):
        for side in (-1, 1):
            for _ in range(rng.integers(1, 4)):  # along the edge of the lower lip, near the chin
                u = rng.uniform(0.72, 0.93)
                self.blobs.append((u, side * self.width(u) * rng.uniform(0.72, 0.86), rng.uniform(0.02, 0.05), rng.uniform(0.012, 0.028)))
            if rng.random() < 0.7:  # over the eye
                u = rng.uniform(0.2, 0.3)
                self.blobs.append((u, side * self.width(u) * rng.uniform(0.78, 0.88), rng.uniform(0.015, 0.035), rng.uniform(0.01, 0.018)))

    def width(self, u):
        """Half width of head and body at u."""
        nose = np.clip((u - 0.35) / 0.655, 0, 1)
        head = np.clip(1 - nose ** 2.7, 0, 1) ** 0.55
        return self.half_width * head * (1 + 0.12 * smooth(0.2, -0.6, u))

    def height(self, u, v):
        """Relief of the head: a broad dome, the narrow ridge of the rostrum, the arch of the lips."""
        across = np.clip(np.abs(v) / np.maximum(self.width(u), 1e-3), 0, 1)
        dome = 0.2 * np.sqrt(np.clip(1 - across ** 2.4, 0, 1))
        ridge_width = self.rostrum * (0.75 + 0.5 * smooth(0.75, 0.2, u))
        ridge = 0.07 * np.exp(-(v / ridge_width) ** 4) * smooth(0.12, 0.4, u)
        return dome + ridge - 0.05 * self.gape(u, v)

    def gape(self, u, v):
        """The line of the mouth: from the tip, out and back in an arch on either side, 0 to 1."""
        t = np.clip((0.97 - u) / 0.8, 0, 1)
        line = self.rostrum * 1.05 + 0.62 * self.half_width * np.sin(np.pi * np.minimum(t * 0.62, 1)) ** 1.3
        return np.exp(-((np.abs(v) - line) / 0.011) ** 2) * smooth(0.14, 0.3, u) * smooth(1.0, 0.95, u)

    def callosity(self, u, v):
        """0 on skin, 1 on callosity."""
        ragged = sample(self.edge, u, v)
        best = np.full(u.shape, -9.0)
        for bu, bv, length, wide in self.blobs:
            best = np.maximum(best, 1 - np.hypot((u - bu) / length, (v - bv) / wide))
        return smooth(-0.06, 0.12, best + 0.34 * ragged)

    def blowholes(self, u, v):
        dark = np.zeros(u.shape)
        for side in (-1, 1):
            along, across = u - 0.155, v * side - 0.03
            tilt = 0.45
            p, q = along * np.cos(tilt) - across * np.sin(tilt), along * np.sin(tilt) + across * np.cos(tilt)
            dark = np.maximum(dark, smooth(1.25, 0.75, np.hypot(p / 0.042, (q + 3 * p * p) / 0.012)))
        return dark

    def scar(self, u, v):
        pale = np.zeros(u.shape)
        for su, sv, turn, length in self.scars:
            p, q = (u - su) * np.cos(turn) + (v - sv) * np.sin(turn), (v - sv) * np.cos(turn) - (u - su) * np.sin(turn)
            pale = np.maximum(pale, np.exp(-(q / 0.0035) ** 2) * smooth(length, length * 0.6, np.abs(p)))
        return pale


def sun_at(bearing, rise):
    return np.array([np.cos(bearing) * np.cos(rise), np.sin(bearing) * np.cos(rise), np.sin(rise)])


class View:
    """One day: sun, sea, and where the aeroplane was."""

    SEAS = [(38, 74, 96), (30, 66, 74), (52, 82, 88), (24, 52, 82)]

    def __init__(self, seed):
        self.rng = rng = np.random.default_rng([seed, 7002])
        bearing = rng.uniform(0, 2 * np.pi)
        rise = np.radians(rng.uniform(35, 65))
        self.sun = sun_at(bearing, rise)
        self.exposure = rng.uniform(0.85, 1.2)
        self.warmth = rng.uniform(-0.05, 0.08)
        self.haze = rng.uniform(0.0, 0.1)
        self.sea = np.array(self.SEAS[rng.integers(len(self.SEAS))]) / 255 * rng.uniform(0.85, 1.2)
        self.turn = np.radians(rng.uniform(-6, 6))
        self.scale = rng.uniform(1.12, 1.32)      # picture widths per unit of u
        self.tilt = rng.uniform(0.86, 1.0)        # seen obliquely: narrower across
        self.draught = rng.uniform(0.0, 0.07)     # how deep the head lies
        self.centre = (rng.uniform(0.5, 0.56), rng.uniform(-0.03, 0.03))
        self.foam = rng.uniform(0.7, 1.0)
        self.spray = 0.0                          # how much of the blow drifts over the head

    @classmethod
    def changed(cls, animal, change):
        """The view of a catalogue picture, with that changed. The waves are others in every picture."""
        view = cls(1)
        view.rng = rng = np.random.default_rng([animal, CHANGES.index(change), 7003])
        view.sun = sun_at(2.2, np.radians(55))
        view.exposure, view.warmth, view.haze, view.sea = 1.0, 0.0, 0.03, np.array(cls.SEAS[0]) / 255
        view.turn, view.scale, view.tilt, view.centre = 0.0, 1.22, 1.0, (0.53, 0.0)
        view.draught, view.foam = 0.02, 0.8
        if change in ("light", "day"):  # the sun anywhere, low or high; over- or underexposed, at dawn or noon
            view.sun = sun_at(rng.uniform(0, 2 * np.pi), np.radians(rng.uniform(25, 70)))
            view.exposure, view.warmth = np.exp(rng.uniform(-0.5, 0.35)), rng.uniform(-0.08, 0.12)
        if change in ("angle", "day"):  # turned by 5 to 15 degrees, seen obliquely
            view.turn, view.tilt = np.radians(rng.choice([-1, 1]) * rng.uniform(5, 15)), rng.uniform(0.82, 1.0)
        if change in ("scale", "day"):  # larger or smaller by 8 to 20 %, and not quite in the middle
            view.scale *= 1 + rng.choice([-1, 1]) * rng.uniform(0.08, 0.2)
            view.centre = (0.53 + rng.uniform(-0.04, 0.04), rng.uniform(-0.04, 0.04))
        if change in ("water", "day"):  # another sea; the head deeper, in foam, haze and spray
            view.sea = np.array(cls.SEAS[rng.integers(1, len(cls.SEAS))]) / 255 * rng.uniform(0.7, 1.3)
            view.draught, view.foam = rng.uniform(0.03, 0.09), rng.uniform(0.85, 1.1)
            view.haze, view.spray = rng.uniform(0.0, 0.15), rng.uniform(0.3, 0.8)
        return view

    def head_coordinates(self, shape):
        """u, v of every pixel, and the size of a pixel."""
        rows, columns = shape
        pixel = self.scale / columns
        x = (np.arange(columns) - columns / 2) * pixel
        y = (np.arange(rows) - rows / 2) * pixel
        x, y = np.meshgrid(x, y)
        u = x * np.cos(self.turn) + y * np.sin(self.turn)
        v = (y * np.cos(self.turn) - x * np.sin(self.turn)) / self.tilt
        return u + self.centre[0], v + self.centre[1], pixel


def lit(height, pixel, sun, bumps):
    """Diffuse and specular light on a relief."""
    dy, dx = np.gradient(height, pixel)
    normal = np.stack([-dx * bumps, -dy * bumps, np.ones_like(height)], axis=-1)
    normal /= np.linalg.norm(normal, axis=-1, keepdims=True)
    half = sun + np.array([0, 0, 1.0])
    half /= np.linalg.norm(half)
    return np.clip(normal @ sun, 0, 1), np.clip(normal @ half, 0, 1)


def water(view, shape, pixel):
    """Colour of the open sea with its wavelets."""
    rng = view.rng
    swell = noise(rng, shape, (5, 4), 3)
    chop = noise(rng, shape, (26, 15), 5, 0.6)
    diffuse, glint = lit(0.012 * swell + 0.006 * chop, pixel, view.sun, 1.6)
    shade = 0.72 + 0.45 * diffuse + 0.10 * swell
    colour = view.sea * shade[..., None]
    sky = np.array([0.62, 0.72, 0.8])
    return colour + sky * (0.30 * smooth(0.955, 1.0, glint) + 0.06 * smooth(0.3, 1.2, chop))[..., None], chop


def render(animal, view, width):
    shape = (int(width * 3 / 4) * 2, width * 2)  # drawn at twice the size, then reduced
    u, v, pixel = view.head_coordinates(shape)
    sea, chop = water(view, shape, pixel)

    mottle, rough = sample(animal.mottle, u, v), sample(animal.rough, u, v)
    callosity = animal.callosity(u, v)
    height = animal.height(u, v)
    relief = height + callosity * (0.014 + 0.009 * rough) + 0.0025 * mottle
    diffuse, specular = lit(relief, pixel, view.sun, 1.0)
    skin = np.array([0.115, 0.118, 0.132]) * (1 + 0.30 * mottle + 0.10 * rough)[..., None]
    skin = skin + np.array([0.16, 0.16, 0.17]) * animal.scar(u, v)[..., None]
    horn = np.array([1.0, 0.945, 0.85]) * (0.88 + 0.20 * rough + 0.08 * mottle)[..., None]
    dark = 1 - 0.8 * np.maximum(animal.blowholes(u, v), 0.75 * animal.gape(u, v) * (1 - callosity))
    colour = skin * (1 - callosity)[..., None] + horn * callosity[..., None]
    colour = colour * ((0.42 + 0.78 * diffuse) * dark)[..., None]
    colour += (0.24 * smooth(0.93, 1.0, specular) * (1 - 0.7 * callosity) * (0.7 + 0.3 * rough))[..., None]

    # The flanks lie under water, which takes their light and gives its own; wavelets move the waterline.
    sunk = view.draught + 0.115 - height + 0.014 * chop
    veil = 0.10 + 0.62 * smooth(-0.03, 0.10, sunk)
    colour = colour * (1 - veil)[..., None] + (sea * 0.8) * veil[..., None]
    outside = np.abs(v) / np.maximum(animal.width(u), 1e-3)
    body = smooth(1.06, 0.90, outside + 0.04 * chop) * smooth(1.012, 0.985, u)
    picture = sea * (1 - body)[..., None] + colour * body[..., None]

    # Foam: where the sea washes the flanks, and over the back.
    streaks = noise(view.rng, shape, (11, 9), 6, 0.66)
    edge = np.exp(-((outside - 1.0) / 0.09) ** 2) * smooth(1.15, 0.9, u)
    wash = smooth(0.1, -0.25, u + 0.12 * chop) * (0.55 + 0.5 * smooth(0.02, 0.3, np.abs(v)))
    foam = view.foam * smooth(0.40, 1.25, streaks + 0.75 * edge + 0.55 * wash - 0.25 + 0.12 * chop)
    picture = picture * (1 - foam)[..., None] + np.array([1.15, 1.18, 1.19]) * (foam * (0.9 + 0.16 * chop))[..., None]

    if view.spray > 0:  # the blow, thin and soft, from the blowholes over the head
        drift = noise(view.rng, shape, (6, 4), 5, 0.6) - np.hypot((u - 0.35) / 0.5, v / 0.25)
        veil = view.spray * smooth(-0.9, 0.7, drift)[..., None]
        picture = picture * (1 - veil) + np.array([0.9, 0.93, 0.95]) * veil

    picture = picture * view.exposure * (1 - view.haze) + view.haze * np.array([0.66, 0.7, 0.72])
    picture = picture * np.array([1 + view.warmth, 1.0, 1 - view.warmth])
    picture = np.clip(picture, 0, 1.5) / (1 + 0.18 * np.clip(picture, 0, 1.5))  # the sensor's shoulder
    picture = Image.fromarray((np.clip(picture, 0, 1) ** (1 / 1.22) * 255).astype(np.uint8))
    picture = picture.filter(ImageFilter.GaussianBlur(1.6)).resize((shape[1] // 2, shape[0] // 2), Image.LANCZOS)
    grain = view.rng.normal(0, 2.2, (shape[0] // 2, shape[1] // 2, 1))
    return Image.fromarray(np.clip(np.asarray(picture) + grain, 0, 255).astype(np.uint8))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", nargs="?", help="JPEG or PNG to write")
    parser.add_argument("--animal", type=int, default=1, help="which animal (default 1)")
    parser.add_argument("--view", type=int, default=1, help="which light, water and angle (default 1)")
    parser.add_argument("--change", choices=CHANGES, help="in place of --view: a catalogue picture with this changed")
    parser.add_argument("--width", type=int, default=800, help="pixels, 64 to 4000 (default 800); height is 3/4 of it")
    parser.add_argument("--all", action="store_true", help="draw the pictures beside this script and in heads/ anew")
    arguments = parser.parse_args()
    if not arguments.all and not arguments.file:
        parser.error("name the file to write, or --all")
    if not 64 <= arguments.width <= 4000:
        parser.error("--width must be 64 to 4000")
    if arguments.all:
        return draw_all(pathlib.Path(__file__).parent)
    view = View.changed(arguments.animal, arguments.change) if arguments.change else View(arguments.view)
    render(Animal(arguments.animal), view, arguments.width).save(arguments.file, quality=86)


def draw_all(folder):
    for name, animal, view, width in SAMPLES:
        render(Animal(animal), View(view), width).save(folder / name, quality=86)
    heads = folder / "heads"
    heads.mkdir(exist_ok=True)
    for number in HEADS:
        animal = Animal(number)
        for change in CHANGES:
            render(animal, View.changed(number, change), HEAD_WIDTH).save(heads / f"{number:02}-{change}.jpg", quality=80)
    print(f"{len(SAMPLES)} samples, and {len(HEADS)} animals in {len(CHANGES)} pictures each in {heads}")


if __name__ == "__main__":
    main()
