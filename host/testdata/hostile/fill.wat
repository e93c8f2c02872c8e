;; 16,384 fills of 16 MB in a straight line: seconds of work in few instructions.
(module
  (memory (export "memory") 1)
  (data (i32.const 16) "\92\01\01") ;; [1, 1]: the value 1
  (func $f0 (memory.fill (i32.const 8192) (i32.const 0) (i32.const 16000000)) (memory.fill (i32.const 8192) (i32.const 0) (i32.const 16000000)) (memory.fill (i32.const 8192) (i32.const 0) (i32.const 16000000)) (memory.fill (i32.const 8192) (i32.const 0) (i32.const 16000000)))
  (func $f1 (call $f0) (call $f0) (call $f0) (call $f0) (call $f0) (call $f0) (call $f0) (call $f0))
  (func $f2 (call $f1) (call $f1) (call $f1) (call $f1) (call $f1) (call $f1) (call $f1) (call $f1))
  (func $f3 (call $f2) (call $f2) (call $f2) (call $f2) (call $f2) (call $f2) (call $f2) (call $f2))
  (func $f4 (call $f3) (call $f3) (call $f3) (call $f3) (call $f3) (call $f3) (call $f3) (call $f3))
  (func (export "skep_v1_alloc") (param $len i32) (result i32)
    (i32.const 4096))
  (func (export "skep_v1_call") (param $ptr i32) (param $len i32) (result i64)
    (if (i32.gt_u (local.get $len) (i32.const 1000))
      (then
        (drop (memory.grow (i32.const 249)))
        (call $f4)))
    (i64.const 0x0000001000000003)))
