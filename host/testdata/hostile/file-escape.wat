;; Looks for files of the host by ten paths, and traps when it can open one.
(module
  (import "wasi_snapshot_preview1" "path_open" (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 16) "\92\01\01") ;; [1, 1]: the value 1
  (data (i32.const 8192) "../file-escape.wasm\00")
  (data (i32.const 8256) "/etc/passwd\00")
  (data (i32.const 8320) "../../../../../../../../etc/passwd\00")
  (data (i32.const 8384) "large/../../../file-escape.toml\00")
  (data (i32.const 8448) "out\00")
  (data (i32.const 8512) "up/etc/passwd\00")
  (data (i32.const 8576) "up/../../file-escape.wasm\00")
  (data (i32.const 8640) "..\00")
  (data (i32.const 8704) "pipe\00")
  (data (i32.const 8768) "//proc/self/environ\00")
  (func (export "skep_v1_alloc") (param $len i32) (result i32)
    (i32.const 4096))
  (func (export "skep_v1_call") (param $ptr i32) (param $len i32) (result i64)
    (local $at i32) (local $end i32)
    (if (i32.gt_u (local.get $len) (i32.const 1000))
      (then
        (local.set $at (i32.const 8192))
        (loop $next
          (local.set $end (local.get $at))
          (loop $on
            (br_if $on (i32.load8_u (local.tee $end (i32.add (local.get $end) (i32.const 1))))))
          (if (i32.eqz (call $open (i32.const 3) (i32.const 1) (local.get $at) (i32.sub (local.get $end) (local.get $at))
              (i32.const 0) (i64.const 2) (i64.const 0) (i32.const 0) (i32.const 64)))
            (then unreachable))
          (br_if $next (i32.lt_u (local.tee $at (i32.add (local.get $at) (i32.const 64))) (i32.const 8832))))))
    (i64.const 0x0000001000000003)))
