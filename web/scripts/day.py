"""Draws the film of the page's contact sheet: a day at a lake, from dawn to night."""
import subprocess
import sys

import numpy as np

W, H, FRAMES, HORIZON = 1280, 720, 200, 440
SKY = [  # time of day; colours at the zenith and at the horizon; light on the land
    (0.00, (16, 20, 48), (74, 58, 92), (22, 22, 40)),
    (0.14, (52, 70, 124), (238, 156, 112), (92, 70, 84)),
    (0.32, (74, 138, 206), (206, 226, 236), (96, 122, 84)),
    (0.58, (82, 144, 208), (226, 226, 206), (112, 122, 76)),
    (0.76, (70, 62, 128), (250, 140, 70), (104, 62, 62)),
    (0.88, (26, 26, 66), (128, 62, 92), (38, 28, 50)),
    (1.00, (6, 8, 24), (22, 26, 52), (10, 12, 24)),
]
rng = np.random.default_rng(7)


def ridge(base, height, roughness):
    x = np.arange(W)
    line = np.full(W, float(base))
    for octave in range(1, 9):
        size = height / octave**roughness
        line -= size * np.sin(x / W * np.pi * 2 * octave * 0.8 + rng.uniform(0, 7)) * rng.uniform(0.5, 1)
    return line


RIDGES = [(ridge(330, 60, 1.2), 0.42), (ridge(385, 38, 1.1), 0.68), (ridge(425, 16, 0.9), 1.0)]
STARS = [(rng.integers(0, W), rng.integers(0, 330), rng.uniform(0.3, 1)) for _ in range(160)]
Y, X = np.mgrid[0:H, 0:W].astype(np.float32)


def blend(at, column):
    times = [row[0] for row in SKY]
    return np.array([np.interp(at, times, [row[column][c] for row in SKY]) for c in range(3)])


def frame(at):
    top, low, land = (blend(at, column) for column in (1, 2, 3))
    share = np.clip(Y / HORIZON, 0, 1)[..., None] ** 1.5
    image = top * (1 - share) + low * share
    night = np.clip((abs(at - 0.45) - 0.38) / 0.12, 0, 1)
    for x, y, light in STARS:
        image[y : y + 2, x : x + 2] += 200 * light * night
    angle = np.pi * (at - 0.08) / 0.74
    sun_x, sun_y = W * (0.12 + 0.76 * (at - 0.08) / 0.74), HORIZON + 20 - 350 * np.sin(angle)
    away = np.hypot(X - sun_x, Y - sun_y)
    glow = np.array([255, 214, 150])
    image += (np.exp(-away / 150) * 0.7 * (1 - night))[..., None] * glow
    image = np.where((away < 34)[..., None] & (sun_y < HORIZON), [255, 244, 214], image)
    for line, near in RIDGES:
        tone = land * near * 0.75 + low * (1 - near)
        image = np.where((Y > line[X.astype(int)])[..., None], tone, image)
    wave = 5 * np.sin(Y / 3.1 + at * 90) + 2 * np.sin(Y / 1.7 - at * 70 + X / 90)
    from_y = np.clip(2 * HORIZON - Y + wave * (Y - HORIZON) / 60, 0, HORIZON - 1).astype(int)
    from_x = np.clip(X + wave, 0, W - 1).astype(int)
    water = image[from_y, from_x] * 0.72 + top * 0.14
    image = np.where((Y >= HORIZON)[..., None], water, image)
    return np.clip(image, 0, 255).astype(np.uint8)


encoder = subprocess.Popen(
    f"ffmpeg -y -loglevel error -f rawvideo -pix_fmt rgb24 -s {W}x{H} -r 10 -i - -c:v libx264 -crf 14 "
    f"-pix_fmt yuv420p {sys.argv[1]}".split(),
    stdin=subprocess.PIPE,
)
for number in range(FRAMES):
    encoder.stdin.write(frame(number / (FRAMES - 1)).tobytes())
encoder.stdin.close()
sys.exit(encoder.wait())
