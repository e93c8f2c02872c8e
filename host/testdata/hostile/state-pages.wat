;; Writes to one of two pages each, 1,830 in all, and counts those that were written to before.
(module
  (memory (export "memory") 250)
  (data (i32.const 16) "\92\01\00") ;; [1, n]
  (func (export "skep_v1_alloc") (param $len i32) (result i32)
    (i32.const 4096))
  (func (export "skep_v1_call") (param $ptr i32) (param $len i32) (result i64)
    (local $n i32)
    (local.set $len (i32.const 8192))
    (local.set $n (i32.const 1))
    (loop $on
      (if (i32.load (local.get $len)) (then (local.set $n (i32.const 2))))
      (i32.store (local.get $len) (i32.const 1))
      (br_if $on (i32.lt_u (local.tee $len (i32.add (local.get $len) (i32.const 8192))) (i32.const 15000000))))
    (i32.store8 (i32.const 18) (local.get $n))
    (i64.const 0x0000001000000003)))
