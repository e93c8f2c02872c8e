// Endpoint text greets.
#include "skep.h"

static const u8 frame[] = "\x95\x03\xcc\xc8\xb9text/plain; charset=utf-8\xc4\x0dHello, World!\x90";

EXPORT("skep_v1_call") u64 skep_v1_call(const u8 *p, u32 n) { return PLACE(frame, sizeof frame - 1); }
