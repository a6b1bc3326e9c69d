# shellcheck shell=bash disable=SC2034,SC2154 # the variables are kit.sh's
# sample.mp4, for people to look at. generate.sh runs it.

# clock X Y: a running "SS.t" in seven-segment digits, since drawtext would need a font.
clock() {
    local x=$1 y=$2 boxes='' place digit segment
    # Segments a to g: left, top, width, height, and the set of digits that light it, as bits.
    local segments=('8 0 40 8 1005' '48 8 8 40 927' '48 56 8 40 1019' '8 96 40 8 877'
        '0 56 8 40 325' '0 8 8 40 881' '8 48 40 8 892')
    for place in 10 1 0.1; do
        # A hair is added so that 3/30 s counts as a full tenth.
        digit="mod(floor((t+0.001)/$place),10)"
        for segment in "${segments[@]}"; do
            # shellcheck disable=SC2086 # the five words of a segment
            set -- $segment
            boxes+=",drawbox=x=$((x + $1)):y=$((y + $2)):w=$3:h=$4:color=white:t=fill:enable='bitand($5,pow(2,$digit))'"
        done
        if [ "$place" = 1 ]; then
            boxes+=",drawbox=x=$((x + 68)):y=$((y + 96)):w=8:h=8:color=white:t=fill"
            x=$((x + 12))
        fi
        x=$((x + 76))
    done
    echo "${boxes#,}"
}

# Four scenes of four seconds with hard cuts between them: a sunset, drifting colours, plasma, life.
# The sunset's sky and ground meet at 0.6 of the height; 0..3 and 4..9 are what each works out once.
sky='st(0,Y/H/0.6);
    st(1,hypot(X-W/2,Y-H*0.4)/(H*0.27));
    st(2,lt(ld(1),1)*not(gt(Y/H,0.4)*lt(mod(Y/H*22+N/40,1),(Y/H-0.36)*3.2)));
    st(3,clip((1-ld(1))*H*0.27,0,1)*ld(2))'
ground='st(4,1/(Y/H-0.57));
    st(5,mod((X/W-0.5)*ld(4)*1.6+100.5,1));
    st(6,mod(ld(4)*0.55+N/20,1));
    st(7,clip(1-abs(ld(5)-0.5)*78/pow(ld(4),0.9),0,1));
    st(8,clip(1-abs(ld(6)-0.5)*60/pow(ld(4),1.5),0,1));
    st(9,max(ld(7),ld(8))*clip(1.15-ld(4)/26,0,1))'
# sunset SKY SUN GROUND GRID: one colour plane.
sunset() { tr -d ' \n' <<<"if(lt(Y,H*0.6), $sky; ($1)*(1-ld(3))+($2)*ld(3), $ground; $3+$4*ld(9))"; }
red=$(sunset '30+150*pow(ld(0),2)' 255 24 215)
green=$(sunset '8+50*pow(ld(0),3)' '235-330*(Y/H-0.13)' 6 70)
blue=$(sunset '60+70*ld(0)' '70+150*(Y/H-0.13)' 46 180)

plasma="lum='128+50*sin(hypot(X-160-90*sin(N/40),Y-90)/18-N/18)+40*sin((X+Y)/30+N/25)'"
plasma+=":cb='128+50*sin(X/W*5+N/35)':cr='128+50*cos(Y/H*4-N/45)'"

colours='c0=0x10245c:c1=0x7b2d8b:c2=0xf2545b:c3=0xf9a03f:c4=0x19b5a5:nb_colors=5'
cells='life_color=0xf9e45b:death_color=0x1d4e75:mold_color=0x0b132b:mold=20'

scene() { input+=(-f lavfi "$@"); }
input=()
scene -t 4 -i "nullsrc=size=640x360:rate=30,format=gbrp,geq=r='$red':g='$green':b='$blue'"
scene -t 4 -i "gradients=size=1280x720:rate=30:$colours:x0=0:y0=0:x1=1279:y1=719:speed=0.02:seed=3"
scene -t 4 -i "nullsrc=size=320x180:rate=30,format=yuv420p,geq=$plasma"
scene -ss 3 -t 4 -i "life=size=64x36:rate=5:ratio=0.16:random_seed=11:$cells,fps=30"
size=scale=1280:720:flags
ff -filter_complex_threads 1 -filter_threads 1 "${input[@]}" \
    -filter_complex "[0]$size=bicubic,format=yuv420p[a];[1]format=yuv420p[b];[2]$size=bicubic[c];
        [3]$size=neighbor,format=yuv420p[d];[a][b][c][d]concat=n=4,
        drawbox=x=40:y=40:w=272:h=144:color=black@0.8:t=fill,$(clock 60 60)" \
    "${exact[@]}" -c:v libx264 -preset slow -crf 33 -pix_fmt yuv420p -g 60 -x264-params cpu-independent=1:scenecut=0 \
    -movflags +faststart sample.mp4
said sample.mp4
