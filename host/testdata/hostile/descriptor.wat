;; Moves standard output to descriptor 2^31 - 1, for which a table of that size would be made, and closes all
;; others.
(module
  (import "wasi_snapshot_preview1" "fd_renumber" (func $fd_renumber (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_close" (func $fd_close (param i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 16) "\92\01\01") ;; [1, 1]: the value 1
  (func (export "skep_v1_alloc") (param $len i32) (result i32)
    (i32.const 4096))
  (func (export "skep_v1_call") (param $ptr i32) (param $len i32) (result i64)
    (if (i32.gt_u (local.get $len) (i32.const 1000))
      (then
        (if (i32.eqz (call $fd_renumber (i32.const 1) (i32.const 0x7fffffff))) (then unreachable))
        (drop (call $fd_close (i32.const 0)))
        (drop (call $fd_close (i32.const 1)))
        (drop (call $fd_close (i32.const 2)))))
    (i64.const 0x0000001000000003)))
