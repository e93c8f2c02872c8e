;; Opens a file of 1 MiB and has it read to 1,024 buffers of 8 MiB, over and over.
(module
  (import "wasi_snapshot_preview1" "path_open" (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_pread" (func $pread (param i32 i32 i32 i64 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 16) "\92\01\01") ;; [1, 1]: the value 1
  (data (i32.const 32) "large")
  (func (export "skep_v1_alloc") (param $len i32) (result i32)
    (i32.const 20480))
  (func (export "skep_v1_call") (param $ptr i32) (param $len i32) (result i64)
    (local $at i32)
    (if (i32.gt_u (local.get $len) (i32.const 1000))
      (then
        (drop (memory.grow (i32.const 129)))
        (drop (call $open (i32.const 3) (i32.const 1) (i32.const 32) (i32.const 5) (i32.const 0) (i64.const 2) (i64.const 0)
          (i32.const 0) (i32.const 64)))
        (local.set $at (i32.const 1024))
        (loop $fill
          (i32.store (local.get $at) (i32.const 65536))
          (i32.store offset=4 (local.get $at) (i32.const 8388608))
          (br_if $fill (i32.lt_u (local.tee $at (i32.add (local.get $at) (i32.const 8))) (i32.const 9216))))
        (loop $on
          (drop (call $pread (i32.load (i32.const 64)) (i32.const 1024) (i32.const 1024) (i64.const 0) (i32.const 68)))
          (br $on))))
    (i64.const 0x0000001000000003)))
