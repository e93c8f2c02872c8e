;; Reads standard input, which is empty, into a thousand buffers of 16 MB at once, over and over.
(module
  (import "wasi_snapshot_preview1" "fd_read" (func $fd_read (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 16) "\92\01\01") ;; [1, 1]: the value 1
  (func (export "skep_v1_alloc") (param $len i32) (result i32)
    (i32.const 4096))
  (func (export "skep_v1_call") (param $ptr i32) (param $len i32) (result i64)
    (if (i32.gt_u (local.get $len) (i32.const 1000))
      (then
        (drop (memory.grow (i32.const 249)))
        (loop $next
          (i32.store (i32.add (i32.const 8192) (i32.shl (local.get $len) (i32.const 3))) (i32.const 32768))
          (i32.store (i32.add (i32.const 8196) (i32.shl (local.get $len) (i32.const 3))) (i32.const 16000000))
          (br_if $next (local.tee $len (i32.sub (local.get $len) (i32.const 1)))))
        (loop $on (drop (call $fd_read (i32.const 0) (i32.const 8200) (i32.const 1000) (i32.const 0))) (br $on))))
    (i64.const 0x0000001000000003)))
