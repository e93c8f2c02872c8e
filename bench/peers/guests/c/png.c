// Endpoint png answers with a picture, which lies in the module as a whole frame. PICTURE is its file.
#include "skep.h"

static const u8 frame[] = {
	0x95, 3, 0xcc, 200, 0xa9, 'i', 'm', 'a', 'g', 'e', '/', 'p', 'n', 'g', 0xc5, PICTURE_SIZE >> 8, PICTURE_SIZE & 255,
#embed PICTURE
	, 0x90,
};

EXPORT("skep_v1_call") u64 skep_v1_call(const u8 *p, u32 n) { return PLACE(frame, sizeof frame); }
