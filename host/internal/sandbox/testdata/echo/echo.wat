(module
  (type (;0;) (func (param i32) (result i32)))
  (type (;1;) (func (param i32 i32) (result i64)))
  (type (;2;) (func (param i32 i32) (result i32)))
  (func (;0;) (type 0) (param i32) (result i32)
    i32.const 1040
    i32.const 0
    local.get 0
    i32.const 16385
    i32.lt_u
    select)
  (func (;1;) (type 1) (param i32 i32) (result i64)
    local.get 0
    i32.const 1029
    call 2
    i32.const 1024
    call 2
    local.tee 0
    call 3
    local.set 1
    i32.const 17424
    i32.const 402
    i32.store16
    i32.const 17426
    local.get 0
    local.get 1
    local.get 0
    i32.sub
    local.tee 1
    memory.copy
    local.get 1
    i32.const 2
    i32.add
    i64.extend_i32_u
    i64.const 74835510165504
    i64.or)
  (func (;2;) (type 2) (param i32 i32) (result i32)
    (local i32)
    block (result i32)  ;; label = @1
      local.get 0
      i32.load8_u
      local.tee 2
      i32.const 223
      i32.ne
      if  ;; label = @2
        local.get 2
        i32.const 15
        i32.and
        local.set 2
        local.get 0
        i32.const 1
        i32.add
        br 1 (;@1;)
      end
      local.get 0
      i32.load offset=1 align=1
      local.tee 2
      i32.const 24
      i32.shl
      local.get 2
      i32.const 65280
      i32.and
      i32.const 8
      i32.shl
      i32.or
      local.get 2
      i32.const 8
      i32.shr_u
      i32.const 65280
      i32.and
      local.get 2
      i32.const 24
      i32.shr_u
      i32.or
      i32.or
      local.set 2
      local.get 0
      i32.const 5
      i32.add
    end
    local.set 0
    block  ;; label = @1
      local.get 2
      if  ;; label = @2
        loop  ;; label = @3
          block  ;; label = @4
            local.get 0
            i32.load8_u
            i32.const 164
            i32.ne
            br_if 0 (;@4;)
            local.get 0
            i32.load8_u offset=1
            local.get 1
            i32.load8_s
            i32.ne
            br_if 0 (;@4;)
            local.get 0
            i32.load8_u offset=2
            local.get 1
            i32.load8_s offset=1
            i32.ne
            br_if 0 (;@4;)
            local.get 0
            i32.load8_u offset=3
            local.get 1
            i32.load8_s offset=2
            i32.ne
            br_if 0 (;@4;)
            local.get 0
            i32.load8_u offset=4
            local.get 1
            i32.load8_s offset=3
            i32.eq
            br_if 3 (;@1;)
          end
          local.get 0
          call 3
          call 3
          local.set 0
          local.get 2
          i32.const 1
          i32.sub
          local.tee 2
          br_if 0 (;@3;)
        end
      end
      unreachable
    end
    local.get 0
    i32.const 5
    i32.add)
  (func (;3;) (type 0) (param i32) (result i32)
    (local i32 i32 i32 i32)
    i32.const 1
    local.set 3
    loop  ;; label = @1
      local.get 0
      i32.const 1
      i32.add
      local.set 1
      block (result i32)  ;; label = @2
        local.get 1
        local.get 0
        i32.load8_u
        local.tee 2
        i32.extend8_s
        i32.const -33
        i32.gt_s
        br_if 0 (;@2;)
        drop
        block  ;; label = @3
          local.get 2
          i32.const 192
          i32.sub
          local.tee 4
          i32.const 3
          i32.gt_u
          br_if 0 (;@3;)
          local.get 4
          i32.const 1
          i32.eq
          br_if 0 (;@3;)
          local.get 1
          br 1 (;@2;)
        end
        local.get 2
        i32.const 143
        i32.le_u
        if  ;; label = @3
          local.get 2
          i32.const 1
          i32.shl
          i32.const 30
          i32.and
          local.get 3
          i32.add
          local.set 3
          local.get 1
          br 1 (;@2;)
        end
        local.get 1
        local.get 2
        i32.const 31
        i32.and
        i32.add
        local.get 2
        i32.const 224
        i32.and
        i32.const 160
        i32.eq
        br_if 0 (;@2;)
        drop
        block  ;; label = @3
          block  ;; label = @4
            block  ;; label = @5
              local.get 2
              i32.const 252
              i32.and
              i32.const 204
              i32.sub
              br_table 2 (;@3;) 1 (;@4;) 1 (;@4;) 1 (;@4;) 0 (;@5;) 1 (;@4;)
            end
            local.get 1
            i32.const 1
            local.get 2
            i32.const 208
            i32.sub
            i32.shl
            i32.add
            br 2 (;@2;)
          end
          block  ;; label = @4
            block  ;; label = @5
              block  ;; label = @6
                block  ;; label = @7
                  local.get 2
                  i32.const 217
                  i32.sub
                  br_table 0 (;@7;) 1 (;@6;) 3 (;@4;) 3 (;@4;) 3 (;@4;) 3 (;@4;) 2 (;@5;) 3 (;@4;)
                end
                local.get 1
                local.get 1
                i32.load8_u
                i32.add
                i32.const 1
                i32.add
                br 4 (;@2;)
              end
              local.get 1
              local.get 0
              i32.load8_u offset=2
              local.get 0
              i32.load8_u offset=1
              i32.const 8
              i32.shl
              i32.or
              i32.add
              i32.const 2
              i32.add
              br 3 (;@2;)
            end
            local.get 0
            i32.load offset=1 align=1
            local.tee 1
            i32.const 24
            i32.shl
            local.get 1
            i32.const 65280
            i32.and
            i32.const 8
            i32.shl
            i32.or
            local.get 1
            i32.const 8
            i32.shr_u
            i32.const 65280
            i32.and
            local.get 1
            i32.const 24
            i32.shr_u
            i32.or
            i32.or
            i32.const 1
            i32.shl
            local.get 3
            i32.add
            local.set 3
            local.get 0
            i32.const 5
            i32.add
            br 2 (;@2;)
          end
          unreachable
        end
        local.get 1
        i32.const 1
        local.get 2
        i32.const 204
        i32.sub
        i32.shl
        i32.add
      end
      local.set 0
      local.get 3
      i32.const 1
      i32.sub
      local.tee 3
      br_if 0 (;@1;)
    end
    local.get 0)
  (memory (;0;) 2)
  (export "memory" (memory 0))
  (export "skep_v1_alloc" (func 0))
  (export "skep_v1_call" (func 1))
  (data (;0;) (i32.const 1024) "text\00args"))
