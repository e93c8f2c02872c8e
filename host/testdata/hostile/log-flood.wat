;; Writes 100,000 lines.
(module
  (import "skep_v1" "log" (func $log (param i32 i32 i32)))
  (memory (export "memory") 1)
  (data (i32.const 16) "\92\01\01") ;; [1, 1]: the value 1
  (data (i32.const 64) "flood")
  (func (export "skep_v1_alloc") (param $len i32) (result i32)
    (i32.const 4096))
  (func (export "skep_v1_call") (param $ptr i32) (param $len i32) (result i64)
    (if (i32.gt_u (local.get $len) (i32.const 1000))
      (then
        (local.set $len (i32.const 100000))
        (loop $on
          (call $log (i32.const 4) (i32.const 64) (i32.const 5))
          (br_if $on (local.tee $len (i32.sub (local.get $len) (i32.const 1)))))))
    (i64.const 0x0000001000000003)))
