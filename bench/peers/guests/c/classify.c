// Endpoint classify predicts the class of each record from twenty numbers, as package model does.
#include "skep.h"

enum { FEATURES = 20, CLASSES = 3 };

static const char *const names[CLASSES] = {"apple", "pear", "plum"};
static const u32 lengths[CLASSES] = {5, 4, 4};
static u8 result[1 << 16];

static double weight(int class, int feature) { return ((class * 7 + feature * 5) % 11 - 5) / 4.0; }

static u8 *classify(u8 *to, const double *x) {
	double p[CLASSES], sum = 0;
	int best = 0;
	for (int c = 0; c < CLASSES; c++) {
		double score = c / 8.0;
		for (int i = 0; i < FEATURES; i++)
			score += weight(c, i) * x[i];
		p[c] = 1 + score / (1 + __builtin_fabs(score));
		sum += p[c];
	}
	for (int c = 0; c < CLASSES; c++) {
		p[c] /= sum;
		if (p[c] > p[best])
			best = c;
	}
	*to++ = 0x82;
	to = putStr(putText(to, "prediction"), names[best], lengths[best]);
	to = putText(to, "probas");
	*to++ = 0x80 | CLASSES;
	for (int c = 0; c < CLASSES; c++)
		to = putFloat(putStr(to, names[c], lengths[c]), p[c]);
	return to;
}

EXPORT("skep_v1_call") u64 skep_v1_call(const u8 *p, u32 n) {
	const u8 *record = FIND(p, "records");
	u32 records = count(&record);
	u8 *to = put(result, "\x92\x01\xdc", 3);
	*to++ = records >> 8;
	*to++ = records;
	while (records-- > 0) {
		double x[FEATURES];
		u32 seen = 0;
		for (u32 pairs = count(&record); pairs > 0; pairs--) {
			u32 size = str(&record), i = 0;
			for (u32 digit = 1; digit < size; digit++)
				i = i * 10 + record[digit] - '0';
			if (record[0] != 'f' || i >= FEATURES)
				__builtin_trap();
			record += size;
			x[i] = number(&record);
			seen |= 1u << i;
		}
		if (seen != (1u << FEATURES) - 1)
			__builtin_trap();
		to = classify(to, x);
	}
	return PLACE(result, to - result);
}
