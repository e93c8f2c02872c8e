;; Opens a file over and over, and closes none.
(module
  (import "wasi_snapshot_preview1" "path_open" (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 16) "\92\01\01") ;; [1, 1]: the value 1
  (data (i32.const 32) "large")
  (func (export "skep_v1_alloc") (param $len i32) (result i32)
    (i32.const 4096))
  (func (export "skep_v1_call") (param $ptr i32) (param $len i32) (result i64)
    (if (i32.gt_u (local.get $len) (i32.const 1000))
      (then
        (loop $on
          (drop (call $open (i32.const 3) (i32.const 1) (i32.const 32) (i32.const 5) (i32.const 0) (i64.const 2)
            (i64.const 0) (i32.const 0) (i32.const 64)))
          (br $on))))
    (i64.const 0x0000001000000003)))
