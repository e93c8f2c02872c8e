;; Takes all memory that it declares, and tries to take more, and answers with the number of its pages. A request of two
;; bytes has a byte written to each small page.
(module
  (memory (export "memory") 1 1024)
  (data (i32.const 16) "\92\01\cd\00\00") ;; [1, uint16]
  (func (export "skep_v1_alloc") (param $len i32) (result i32)
    (i32.const 4096))
  (func (export "skep_v1_call") (param $ptr i32) (param $len i32) (result i64)
    (local $at i32)
    (drop (memory.grow (i32.sub (i32.const 1024) (memory.size))))
    (drop (memory.grow (i32.const 1)))
    (i32.store8 (i32.const 19) (i32.shr_u (memory.size) (i32.const 8)))
    (i32.store8 (i32.const 20) (memory.size))
    (if (i32.eq (local.get $len) (i32.const 2))
      (then
        (loop $on
          (i32.store8 offset=8192 (local.get $at) (i32.const 1))
          (i32.store8 offset=12288 (local.get $at) (i32.const 1))
          (i32.store8 offset=16384 (local.get $at) (i32.const 1))
          (i32.store8 offset=20480 (local.get $at) (i32.const 1))
          (br_if $on (i32.lt_u (local.tee $at (i32.add (local.get $at) (i32.const 16384))) (i32.const 67076096))))))
    (i64.const 0x0000001000000005)))
