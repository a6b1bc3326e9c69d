"""The moving picture that the benchmark's inputs are encoded from, as one FFmpeg filter graph.

A decoder's time depends on the picture: a test card compresses to very few bits, and noise hardly
compresses at all. This picture is meant to compress like filmed footage. It has textures whose
small details are weaker than the large ones, soft edges, a hand-held camera that pans and zooms by
fractions of a pixel, objects that move in front, a cut every seven seconds, and light grain. All
random values have fixed seeds, so the same FFmpeg draws the same picture.
"""

RATE = 30
SCENE_SECONDS = 7
# Each octave of the texture: the size of its noise, which is enlarged to the picture, and its weight.
OCTAVES = (
    ((5, 4), 1),
    ((10, 6), 0.8),
    ((20, 12), 0.64),
    ((40, 24), 0.5),
    ((80, 45), 0.45),
    ((160, 90), 0.42),
    ((320, 180), 0.4),
    ((640, 360), 0.4),
    ((1280, 720), 0.35),
)
# The first octaves alone, reduced to three levels, are the shapes in the texture.
SHAPE_OCTAVES = 4


def moving_picture(width, height, seconds):
    """Returns a graph whose output is labelled `picture`, in 4:2:0 with 8 bits."""
    scenes = -(-seconds // SCENE_SECONDS)
    parts = [scene(index, width, height) for index in range(scenes)]
    labels = "".join(f"[scene{index}]" for index in range(scenes))
    parts.append(f"{labels}concat=n={scenes}[scenes]")
    parts += objects(width, height)
    parts.append(f"[objects]noise=alls=6:allf=t:all_seed=7,trim=duration={seconds}[picture]")
    return ";".join(parts)


def scene(index, width, height):
    """A still picture with a camera that moves over it."""
    parts, textures, shapes = [], "", ""
    for octave, ((columns, rows), _) in enumerate(OCTAVES):
        label = f"{index}_{octave}"
        source = (
            f"color=gray:size={columns}x{rows}:rate={RATE},trim=end_frame=1,format=yuv444p,"
            f"noise=c0s=100:c0f=u:c1s=60:c1f=u:c2s=60:c2f=u:all_seed={100 * index + octave},"
            f"scale={width}:{height}:flags=bicubic,setsar=1"
        )
        if octave < SHAPE_OCTAVES:
            parts.append(f"{source},split[t{label}][s{label}]")
            shapes += f"[s{label}]"
        else:
            parts.append(f"{source}[t{label}]")
        textures += f"[t{label}]"
    weights = [f"{share:g}" for _, share in OCTAVES]
    colour = "128+24*gt(val,136)-24*lt(val,120)"
    parts += [
        f"{textures}mix=inputs={len(OCTAVES)}:weights={' '.join(weights)},"
        f"eq=contrast=3:saturation=1.3[texture{index}]",
        f"{shapes}mix=inputs={SHAPE_OCTAVES}:weights={' '.join(weights[:SHAPE_OCTAVES])},"
        "eq=contrast=3:saturation=1.3,"
        f"lutyuv=y='48+60*gt(val,112)+60*gt(val,140)':u='{colour}':v='{colour}',"
        f"gblur=1[shapes{index}]",
        f"[texture{index}][shapes{index}]blend=all_mode=average,format=yuv420p,"
        f"loop=loop={SCENE_SECONDS * RATE - 1}:size=1,setpts=N/{RATE}/TB,"
        f"{camera(index)}[scene{index}]",
    ]
    return ";".join(parts)


def camera(index):
    """Shows about 0.8 of the still's width and height, and pans, zooms and shakes.

    Every third scene has a reflection in front, which makes motion search ineffective.
    """
    pace, tremor = ((50, 0.0006), (8, 0.004), (25, 0.002))[index % 3]
    shown = f"(0.8+0.06*sin(on/{2 * pace}+{index}))"
    left = f"W*((1-{shown})*(0.5+0.45*sin(on/{pace}+{1.3 * index:.1f}))+{tremor}*sin(on/1.7))"
    top = (
        f"H*((1-{shown})*(0.5+0.45*cos(on/{1.4 * pace:g}+{0.7 * index:.1f}))+{tremor}*sin(on/1.1))"
    )
    right, bottom = f"{left}+W*{shown}", f"{top}+H*{shown}"
    corners = ((left, top), (right, top), (left, bottom), (right, bottom))
    places = [f"x{at}='{x}':y{at}='{y}'" for at, (x, y) in enumerate(corners)]
    moved = f"perspective={':'.join(places)}:sense=source:eval=frame"
    if index % 3 != 1:
        return moved
    return (
        f"{moved},split[clear{index}][turned{index}];[turned{index}]hflip,vflip[mirrored{index}];"
        f"[clear{index}][mirrored{index}]blend=all_opacity=0.8"
    )


def objects(width, height):
    """The objects in front: a test card, a fractal with a zoom into it, and a box that turns."""
    card, fractal, box = (even(width / part) for part in (6, 7, 8))
    turn = f"rotate=a=t/2:c=black@0:ow={box * 2}:oh={box * 2}"
    return [
        f"testsrc2=size={card}x{even(card * 0.75)}:rate={RATE},gblur=0.7[card]",
        f"mandelbrot=size={fractal}x{fractal}:rate={RATE}:maxiter=600:end_pts=4000,"
        "format=yuv420p,gblur=1,eq=saturation=0.5[fractal]",
        f"gradients=size={box}x{box}:rate={RATE}:speed=0.02:seed=5:"
        "c0=0xa08050:c1=0x304878,format=yuv420p,noise=alls=60:all_seed=5,gblur=1,"
        f"format=yuva420p,{turn}[box]",
        "[scenes][card]overlay=x='(W-w)*(0.5+0.4*sin(t*0.9))':y='(H-h)*(0.5+0.4*cos(t*0.7))'[one]",
        "[one][fractal]overlay=x='W*0.1+W*0.3*abs(sin(t*0.35))':y='H*0.15'[two]",
        "[two][box]overlay=x='W*0.5+W*0.3*sin(t*0.6)':y='H*0.4+H*0.15*cos(t*1.1)',"
        "format=yuv420p[objects]",
    ]


def even(number):
    return int(number) // 2 * 2
