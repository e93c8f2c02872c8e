;; Writes 16 MB of line ends to standard error, over and over.
(module
  (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 16) "\92\01\01") ;; [1, 1]: the value 1
  (func (export "skep_v1_alloc") (param $len i32) (result i32)
    (i32.const 4096))
  (func (export "skep_v1_call") (param $ptr i32) (param $len i32) (result i64)
    (if (i32.gt_u (local.get $len) (i32.const 1000))
      (then
        (drop (memory.grow (i32.const 249)))
        (memory.fill (i32.const 16384) (i32.const 10) (i32.const 16000000))
        (i32.store (i32.const 8192) (i32.const 16384))
        (i32.store (i32.const 8196) (i32.const 16000000))
        (loop $on
          (drop (call $fd_write (i32.const 2) (i32.const 8192) (i32.const 1) (i32.const 0)))
          (br $on))))
    (i64.const 0x0000001000000003)))
