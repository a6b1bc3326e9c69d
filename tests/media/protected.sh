# shellcheck shell=bash disable=SC2154 # the variables are kit.sh's
# Encrypted files. kinds.sh runs it.

draw 112x64-protected 20

# refused KIND FILE CODES WHY [FIELDS]: a file that must end with one of these error codes.
refused() {
    said "$2"
    kind "$2" "$1" '' "$4" "{\"refuse\":$3}" "${5:-null}"
}

key=(-encryption_scheme cenc-aes-ctr -encryption_key 0123456789abcdef0123456789abcdef)
key+=(-encryption_kid fedcba9876543210fedcba9876543210)
h264 28 keyint=10:min-keyint=10:scenecut=0:bframes=2:b-adapt=0
part protected.mp4 112x64-protected 20 "${codec[@]}"
part protected.mov 112x64-protected 20 "${codec[@]}"
part protected.mkv 112x64-protected 20 "${codec[@]}"
part protected.webm 112x64-protected 20 -c:v libvpx-vp9 -b:v 0 -crf 36 -g 10 -row-mt 0

clip 112x64-protected 25
ff "${input[@]}" "${exact[@]}" -frames:v 20 "${codec[@]}" "${key[@]}" protected-cenc.mp4
refused 11 protected-cenc.mp4 '["encrypted"]' 'common encryption'
ff "${input[@]}" "${exact[@]}" -frames:v 20 "${codec[@]}" "${key[@]}" -movflags +faststart protected-cenc-early.mp4
refused 11 protected-cenc-early.mp4 '["encrypted"]' 'common encryption, the moov first'
ff "${input[@]}" "${exact[@]}" -frames:v 20 "${codec[@]}" "${key[@]}" \
    -movflags +frag_keyframe+empty_moov+default_base_moof protected-cenc-fragments.mp4
refused 11 protected-cenc-fragments.mp4 '["encrypted"]' 'common encryption, in fragments'
tone 440 0.8
ff "${input[@]}" "${exact[@]}" -frames:v 20 "${codec[@]}" "${key[@]}" -c:a aac -b:a 24k protected-cenc-sound.mp4
refused 11 protected-cenc-sound.mp4 '["encrypted"]' 'common encryption of picture and sound'

for change in protected-drmi.mov:drmi protected-encv.mp4:encv protected-encv.mov:encv; do
    file=${change%:*}
    cp "$work/protected.${file##*.}" "$file"
    python3 tracks.py "$file" protect "${change#*:}"
    refused 11 "$file" '["encrypted"]' "the sample entry is ${change#*:}"
done

for kind in webm mkv; do
    cp "$work/protected.$kind" "protected.$kind"
    python3 tracks.py "protected.$kind" encrypted
    refused 11 "protected.$kind" '["encrypted"]' 'ContentEncryption'
done

# Not encrypted: the first two bytes of all blocks are stated once.
cp "$work/protected.mkv" protected-not.mkv
python3 tracks.py protected-not.mkv stripped 0000
is 11 protected-not.mkv 0-19 'ContentEncodings that only compress: not encrypted' '{"size":[112,64]}'
