//go:build gc

#include "textflag.h"

// func equal(a, b []byte) bool
TEXT ·equal(SB), NOSPLIT, $0-49
	I64Load a_base+0(FP)
	Set R0
	I64Load b_base+24(FP)
	Set R1
	I64Load a_len+8(FP)
	Tee R2
	I64Load b_len+32(FP)
	I64Eq
	If
words:
		Loop
			Get R2
			I64Const $8
			I64GeU
			If
				Get R0
				I32WrapI64
				I64Load $0
				Get R1
				I32WrapI64
				I64Load $0
				I64Ne
				If
					Get SP
					I64Const $0
					I64Store8 ret+48(FP)
					RET
				End
				Get R0
				I64Const $8
				I64Add
				Set R0
				Get R1
				I64Const $8
				I64Add
				Set R1
				Get R2
				I64Const $8
				I64Sub
				Set R2
				Br words
			End
		End
bytes:
		Loop
			Get R2
			I64Eqz
			If
				Get SP
				I64Const $1
				I64Store8 ret+48(FP)
				RET
			End
			Get R0
			I32WrapI64
			I64Load8U $0
			Get R1
			I32WrapI64
			I64Load8U $0
			I64Eq
			If
				Get R0
				I64Const $1
				I64Add
				Set R0
				Get R1
				I64Const $1
				I64Add
				Set R1
				Get R2
				I64Const $1
				I64Sub
				Set R2
				Br bytes
			End
		End
	End
	Get SP
	I64Const $0
	I64Store8 ret+48(FP)
	RET
