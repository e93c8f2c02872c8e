;; A guest that tries to hide something from one call to the next. A frame is a list of orders, 16 bytes each:
;;
;;     [ order ] [ a ] [ b ] [ c ]      u32 each, little endian
;;
;; Each order answers with a u32; the answers are the result. See the switch for the orders.
(module
  (import "wasi_snapshot_preview1" "fd_close" (func $close (param i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_renumber" (func $renumber (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_fdstat_set_flags" (func $setflags (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_fdstat_get" (func $getflags (param i32 i32) (result i32)))
  (import "skep_v1" "call" (func $self (param i32 i32) (result i64)))
  (import "skep_v1" "call_result" (func $result (param i32 i32)))
  (import "wasi_snapshot_preview1" "path_open"
    (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_seek" (func $seek (param i32 i64 i32 i32) (result i32)))
  (memory (export "memory") 4)
  (table $t 4 funcref)
  (elem (table $t) (i32.const 0) func $g)
  (elem $passive func $f $g)
  (data $d "some bytes that can be dropped")
  (global $i (mut i32) (i32.const 7))
  (global $I (mut i64) (i64.const 8))
  (global $f (mut f32) (f32.const 9))
  (global $F (mut f64) (f64.const 10))
  (func $f) (func $g)
  (func (export "skep_v1_alloc") (param $len i32) (result i32) (i32.const 4096))
  (func $order (param $o i32) (param $a i32) (param $b i32) (param $c i32) (result i32)
    (block $default
    (block $o23 (block $o22 (block $o21 (block $o20
    (block $o19 (block $o18 (block $o17 (block $o16 (block $o15
    (block $o14 (block $o13 (block $o12 (block $o11 (block $o10
    (block $o9 (block $o8 (block $o7 (block $o6 (block $o5
    (block $o4 (block $o3 (block $o2 (block $o1 (block $o0
      (br_table $o0 $o1 $o2 $o3 $o4 $o5 $o6 $o7 $o8 $o9 $o10 $o11 $o12 $o13 $o14 $o15 $o16 $o17 $o18 $o19
        $o20 $o21 $o22 $o23 $default
        (local.get $o)))
    ;; 0: write the byte b at a
    (i32.store8 (local.get $a) (local.get $b)) (return (i32.const 0)))
    ;; 1: read the byte at a
    (return (i32.load8_u (local.get $a))))
    ;; 2: grow by a pages
    (return (memory.grow (local.get $a))))
    ;; 3: fill c bytes at a with b
    (memory.fill (local.get $a) (local.get $b) (local.get $c)) (return (i32.const 0)))
    ;; 4: write the byte c at a and at every b-th byte behind it, as far as the memory goes
    (loop $next
      (i32.store8 (local.get $a) (local.get $c))
      (local.set $a (i32.add (local.get $a) (local.get $b)))
      (br_if $next (i32.lt_u (local.get $a) (i32.mul (memory.size) (i32.const 65536)))))
    (return (i32.const 0)))
    ;; 5: set all globals to a
    (global.set $i (local.get $a))
    (global.set $I (i64.extend_i32_u (local.get $a)))
    (global.set $f (f32.convert_i32_u (local.get $a)))
    (global.set $F (f64.convert_i32_u (local.get $a)))
    (return (i32.const 0)))
    ;; 6: the sum of all globals
    (return (i32.add
      (i32.add (global.get $i) (i32.wrap_i64 (global.get $I)))
      (i32.add (i32.trunc_f32_u (global.get $f)) (i32.trunc_f64_u (global.get $F))))))
    ;; 7: put a function into the table at a
    (table.set $t (local.get $a) (ref.func $f)) (return (i32.const 0)))
    ;; 8: is there none at a?
    (return (ref.is_null (table.get $t (local.get $a)))))
    ;; 9: grow the table by a
    (return (table.grow $t (ref.func $f) (local.get $a))))
    ;; 10: fill it
    (table.fill $t (i32.const 1) (ref.func $f) (i32.const 2)) (return (i32.const 0)))
    ;; 11: copy in it
    (table.copy $t $t (i32.const 1) (i32.const 0) (i32.const 1)) (return (i32.const 0)))
    ;; 12: copy a segment to it
    (table.init $t $passive (i32.const 1) (i32.const 0) (i32.const 2)) (return (i32.const 0)))
    ;; 13: drop that segment, 14: and that of bytes
    (elem.drop $passive) (return (i32.const 0)))
    (data.drop $d) (return (i32.const 0)))
    ;; 15: close the file a, 16: make it file b, 17: set its flags
    (return (call $close (local.get $a))))
    (return (call $renumber (local.get $a) (local.get $b))))
    (return (call $setflags (local.get $a) (local.get $b))))
    ;; 18: the flags of the file a, or 65536 + the error
    (local.set $b (call $getflags (local.get $a) (i32.const 256)))
    (if (local.get $b) (then (return (i32.add (i32.const 65536) (local.get $b)))))
    (return (i32.load16_u (i32.const 258))))
    ;; 19: pages of memory and elements of the table
    (return (i32.add (memory.size) (i32.mul (table.size $t) (i32.const 65536)))))
    ;; 20: have another endpoint answer the b bytes at a, and take its answer to c
    (local.set $b (i32.wrap_i64 (call $self (local.get $a) (local.get $b))))
    (call $result (local.get $c) (local.get $b))
    (return (local.get $b)))
    ;; 21: open the path of b bytes at a, below the first folder; 22: read c bytes of the file a to b;
    ;; 23: seek in the file a to b, as c says; each gives what WASI gives, or 65536 + the error
    (return (call $either (i32.const 256) (call $open (i32.const 3) (i32.const 1) (local.get $a) (local.get $b)
      (i32.const 0) (i64.const 2) (i64.const 0) (i32.const 0) (i32.const 256)))))
    (i32.store (i32.const 264) (local.get $b)) (i32.store (i32.const 268) (local.get $c))
    (return (call $either (i32.const 256)
      (call $read (local.get $a) (i32.const 264) (i32.const 1) (i32.const 256)))))
    (return (call $either (i32.const 256)
      (call $seek (local.get $a) (i64.extend_i32_u (local.get $b)) (local.get $c) (i32.const 256)))))
    unreachable)
  (func $either (param $at i32) (param $error i32) (result i32)
    (if (result i32) (local.get $error)
      (then (i32.add (i32.const 65536) (local.get $error)))
      (else (i32.load (local.get $at)))))
  (func $serve (export "skep_v1_call") (param $ptr i32) (param $len i32) (result i64)
    (local $at i32)
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $at) (local.get $len)))
        (i32.store (i32.add (i32.const 1024) (i32.div_u (local.get $at) (i32.const 4)))
          (call $order
            (i32.load offset=0 (i32.add (local.get $ptr) (local.get $at)))
            (i32.load offset=4 (i32.add (local.get $ptr) (local.get $at)))
            (i32.load offset=8 (i32.add (local.get $ptr) (local.get $at)))
            (i32.load offset=12 (i32.add (local.get $ptr) (local.get $at)))))
        (local.set $at (i32.add (local.get $at) (i32.const 16)))
        (br $next)))
    (i64.or (i64.shl (i64.const 1024) (i64.const 32)) (i64.extend_i32_u (i32.div_u (local.get $len) (i32.const 4)))))
  (func (export "skep_v1_init") (param $ptr i32) (param $len i32) (result i64)
    (call $serve (local.get $ptr) (local.get $len))))
