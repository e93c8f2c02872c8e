;; 2^60 indirect calls, without a loop and never deeper than 60.
(module
  (memory (export "memory") 1)
  (data (i32.const 16) "\92\01\01") ;; [1, 1]: the value 1
  (type $step (func (param i32)))
  (table funcref (elem $f))
  (func $f (param $n i32)
    (if (local.get $n)
      (then
        (call_indirect (type $step) (i32.sub (local.get $n) (i32.const 1)) (i32.const 0))
        (call_indirect (type $step) (i32.sub (local.get $n) (i32.const 1)) (i32.const 0)))))
  (func (export "skep_v1_alloc") (param $len i32) (result i32)
    (i32.const 4096))
  (func (export "skep_v1_call") (param $ptr i32) (param $len i32) (result i64)
    (if (i32.gt_u (local.get $len) (i32.const 1000))
      (then
        (call $f (i32.const 60))))
    (i64.const 0x0000001000000003)))
