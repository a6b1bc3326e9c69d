# shellcheck shell=bash disable=SC2034,SC2154 # the variables are kit.sh's
# Two fields to a frame. generate.sh runs it.

# 50 fields a second: field n shows the number n, and bars that have moved on. Frame k holds fields
# 2k and 2k+1; its number is that of its first field.
draw 320x180-bars 100 0 'if(lt(mod(X+8*N,80),32),190,60)' 120 136

clip 320x180-bars 50
h264 26 keyint=25:tff=1
make h264-interlaced.ts 50 -vf tinterlace=interleave_top "${codec[@]}" -flags:v +bitexact+ilme+ildct -top 1
special h264-interlaced.ts 50

clip 320x180-bars 50
make mpeg2-interlaced.mpg 50 -vf tinterlace=interleave_bottom -c:v mpeg2video -bf 2 -g 15 -q:v 9 \
    -flags:v +bitexact+ilme+ildct -top 0
special mpeg2-interlaced.mpg 50

# Whole frames that say they are two fields, as cameras write 25 frames a second for television.
clip 320x180-bars 25
make h264-segmented.mp4 50 -vf setfield=tff "${codec[@]}" -flags:v +bitexact+ilme+ildct -top 1
special h264-segmented.mp4 25 '{"segmented":true}'
