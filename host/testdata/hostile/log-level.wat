;; Writes lines of levels that do not exist.
(module
  (import "skep_v1" "log" (func $log (param i32 i32 i32)))
  (memory (export "memory") 1)
  (data (i32.const 16) "\92\01\01") ;; [1, 1]: the value 1
  (data (i32.const 64) "level")
  (func (export "skep_v1_alloc") (param $len i32) (result i32)
    (i32.const 4096))
  (func (export "skep_v1_call") (param $ptr i32) (param $len i32) (result i64)
    (if (i32.gt_u (local.get $len) (i32.const 1000))
      (then
        (call $log (i32.const 0x7fffffff) (i32.const 64) (i32.const 5))
        (call $log (i32.const 0x80000000) (i32.const 64) (i32.const 5))))
    (i64.const 0x0000001000000003)))
