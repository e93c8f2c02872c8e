;; Waits for standard input, for ever.
(module
  (import "wasi_snapshot_preview1" "poll_oneoff" (func $poll_oneoff (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 16) "\92\01\01") ;; [1, 1]: the value 1
  (func (export "skep_v1_alloc") (param $len i32) (result i32)
    (i32.const 4096))
  (func (export "skep_v1_call") (param $ptr i32) (param $len i32) (result i64)
    (if (i32.gt_u (local.get $len) (i32.const 1000))
      (then
        (loop $on
          (i32.store8 (i32.const 8200) (i32.const 1)) ;; until fd 0 can be read
          (i32.store (i32.const 8208) (i32.const 0))
          (drop (call $poll_oneoff (i32.const 8192) (i32.const 9000) (i32.const 1) (i32.const 9900)))
          (br $on))))
    (i64.const 0x0000001000000003)))
