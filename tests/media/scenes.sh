# shellcheck shell=bash disable=SC2034,SC2154 # the variables are kit.sh's
# Cuts, fades, pans and blank pictures, for what chooses frames by what they show. generate.sh runs
# it after basics.sh.

# ---- scenes ------------------------------------------------------------------------------------

# Five scenes: waves; rings, from 30; a wall of boxes, from 55, over which the camera pans until 90;
# from 107 on, through black, stripes; from 135 on a bright floor.
pan='X+5*clip(N-55,0,35)'
fade='if(between(N,95,119), abs(N-107)/12, 1)'
# by_scene WAVES RINGS WALL STRIPES FLOOR: one plane.
by_scene() { echo "if(lt(N,30),$1, if(lt(N,55),$2, if(lt(N,107),$3, if(lt(N,135),$4,$5))))"; }
# faded BLACK EXPRESSION: towards a plane's black and back.
faded() { echo "$1+(($2)-$1)*($fade)"; }

luma=$(by_scene \
    '110+40*sin((X+2*N)/W*9)' \
    '70+40*sin(hypot(X-W/2,Y-H*0.6)/9-N/6)' \
    "120+45*sin(($pan)/11)*sin(Y/9)+20*sin(($pan)/37)" \
    '140+50*sin((X-Y)/12+N/9)' \
    '190+25*cos(Y/14)+10*sin((X+N)/15)')
blue=$(by_scene 165 110 100 140 128)
red=$(by_scene 110 175 120 '150+20*sin(X/W*5)' 120)
draw 320x180-scenes 150 0 "$(faded 16 "$luma")" "$(faded 128 "$blue")" "$(faded 128 "$red")"

clip 320x180-scenes 25
h264 28 keyint=50:min-keyint=50:scenecut=0
make scenes.mp4 150 "${codec[@]}"
special scenes.mp4 25 '{"cuts":[30,55,135],"fades":[[95,119]],"pans":[[55,90]]}'

# ---- blank pictures ----------------------------------------------------------------------------

clip 320x180 30
h264 28 keyint=30
make blank.mp4 165 "${codec[@]}" \
    -vf "drawbox=color=black:t=fill:enable='lt(n,45)',drawbox=color=white:t=fill:enable='between(n,90,119)'"
special blank.mp4 30 '{"blank":[[0,44,"black"],[90,119,"white"]]}'

input=(-f lavfi -i 'color=black:size=160x90:rate=25')
make all-black.mp4 50 "${codec[@]}"
special all-black.mp4 25 '{"blank":[[0,49,"black"]]}'
