/* Decodes the first video stream of a file with one thread and prints the checksum of every frame.
 *
 * Every frame starts as zeros. In a damaged stream FFmpeg leaves samples of a reused buffer as they
 * are, and the program `ffmpeg` reuses buffers in an order that depends on its threads. */

#include <stdio.h>
#include <string.h>

#include "libavcodec/avcodec.h"
#include "libavformat/avformat.h"
#include "libavutil/adler32.h"
#include "libavutil/imgutils.h"
#include "libavutil/mem.h"

static void release(void *opaque, uint8_t *data) { av_free(data); }

static int zeroed(AVCodecContext *c, AVFrame *frame, int flags)
{
    int width = frame->width, height = frame->height, align[AV_NUM_DATA_POINTERS], size;
    uint8_t *data;
    avcodec_align_dimensions2(c, &width, &height, align);
    if ((size = av_image_get_buffer_size(frame->format, width, height + 32, 64)) < 0)
        return size;
    if (!(data = av_mallocz(size + 4096)) || !(frame->buf[0] = av_buffer_create(data, size + 4096, release, NULL, 0)))
        return AVERROR(ENOMEM);
    frame->extended_data = frame->data;
    size = av_image_fill_arrays(frame->data, frame->linesize, data, frame->format, width, height, 64);
    return size < 0 ? size : 0;
}

static void print(const AVFrame *frame)
{
    AVAdler sum = 1;
    int size = av_image_get_buffer_size(frame->format, frame->width, frame->height, 1);
    uint8_t *packed = av_malloc(size);
    av_image_copy_to_buffer(packed, size, (const uint8_t *const *)frame->data, frame->linesize, frame->format,
                            frame->width, frame->height, 1);
    sum = av_adler32_update(sum, packed, size);
    printf("%dx%d %d %08x\n", frame->width, frame->height, frame->format, (unsigned)sum);
    av_free(packed);
}

int main(int count, char **words)
{
    AVFormatContext *file = NULL;
    AVCodecContext *c = avcodec_alloc_context3(NULL);
    AVPacket *packet = av_packet_alloc();
    AVFrame *frame = av_frame_alloc();
    const AVCodec *codec;
    int stream, more = 1;

    av_log_set_level(AV_LOG_QUIET);
    if (count != 2 || avformat_open_input(&file, words[1], NULL, NULL) < 0 || avformat_find_stream_info(file, NULL) < 0)
        return 1;
    if ((stream = av_find_best_stream(file, AVMEDIA_TYPE_VIDEO, -1, -1, &codec, 0)) < 0)
        return 2;
    avcodec_parameters_to_context(c, file->streams[stream]->codecpar);
    c->thread_count = 1;
    c->get_buffer2 = zeroed;
    if (avcodec_open2(c, codec, NULL) < 0)
        return 3;
    while (more) {
        more = av_read_frame(file, packet) >= 0;
        if (!more || packet->stream_index == stream)
            avcodec_send_packet(c, more ? packet : NULL);
        av_packet_unref(packet);
        while (avcodec_receive_frame(c, frame) >= 0)
            print(frame);
    }
    av_frame_free(&frame);
    av_packet_free(&packet);
    avcodec_free_context(&c);
    avformat_close_input(&file);
    return 0;
}
