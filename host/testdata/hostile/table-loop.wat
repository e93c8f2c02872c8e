;; Fills a table of 100,000 elements over and over, in straight lines.
(module
  (memory (export "memory") 1)
  (data (i32.const 16) "\92\01\01") ;; [1, 1]: the value 1
  (table $t 1 funcref)
  (func $f0 (table.fill $t (i32.const 0) (ref.null func) (i32.const 100000)) (table.fill $t (i32.const 0) (ref.null func) (i32.const 100000)) (table.fill $t (i32.const 0) (ref.null func) (i32.const 100000)) (table.fill $t (i32.const 0) (ref.null func) (i32.const 100000)) (table.fill $t (i32.const 0) (ref.null func) (i32.const 100000)) (table.fill $t (i32.const 0) (ref.null func) (i32.const 100000)) (table.fill $t (i32.const 0) (ref.null func) (i32.const 100000)) (table.fill $t (i32.const 0) (ref.null func) (i32.const 100000)))
  (func $f1 (call $f0) (call $f0) (call $f0) (call $f0) (call $f0) (call $f0) (call $f0) (call $f0) (call $f0) (call $f0) (call $f0) (call $f0) (call $f0) (call $f0) (call $f0) (call $f0) (call $f0) (call $f0) (call $f0) (call $f0) (call $f0) (call $f0) (call $f0) (call $f0) (call $f0) (call $f0) (call $f0) (call $f0) (call $f0) (call $f0) (call $f0) (call $f0))
  (func $f2 (call $f1) (call $f1) (call $f1) (call $f1) (call $f1) (call $f1) (call $f1) (call $f1) (call $f1) (call $f1) (call $f1) (call $f1) (call $f1) (call $f1) (call $f1) (call $f1) (call $f1) (call $f1) (call $f1) (call $f1) (call $f1) (call $f1) (call $f1) (call $f1) (call $f1) (call $f1) (call $f1) (call $f1) (call $f1) (call $f1) (call $f1) (call $f1))
  (func $f3 (call $f2) (call $f2) (call $f2) (call $f2) (call $f2) (call $f2) (call $f2) (call $f2) (call $f2) (call $f2) (call $f2) (call $f2) (call $f2) (call $f2) (call $f2) (call $f2) (call $f2) (call $f2) (call $f2) (call $f2) (call $f2) (call $f2) (call $f2) (call $f2) (call $f2) (call $f2) (call $f2) (call $f2) (call $f2) (call $f2) (call $f2) (call $f2))
  (func (export "skep_v1_alloc") (param $len i32) (result i32)
    (i32.const 4096))
  (func (export "skep_v1_call") (param $ptr i32) (param $len i32) (result i64)
    (if (i32.gt_u (local.get $len) (i32.const 1000))
      (then
        (drop (table.grow $t (ref.null func) (i32.const 99999)))
        (call $f3)))
    (i64.const 0x0000001000000003)))
