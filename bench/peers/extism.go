package main

import (
	"context"
	"errors"
	"fmt"

	extism "github.com/extism/go-sdk"
)

// extismFresh makes an instance of a plug-in for each request, and closes it.
type extismFresh struct{ plugin *extism.CompiledPlugin }

// extismReused keeps instances, each with what requests have left in its memory.
type extismReused struct{ stack[*extism.Plugin] }

func openExtismFresh(module []byte) (guest, error) {
	p, err := compileExtism(module)
	return extismFresh{p}, err
}

func openExtismReused(module []byte) (guest, error) {
	p, err := compileExtism(module)
	return &extismReused{stack[*extism.Plugin]{make: func() (*extism.Plugin, error) { return extismInstance(p) }}}, err
}

// compileExtism asks for no timeout, without which the SDK leaves the engine's means of stopping a guest off.
func compileExtism(module []byte) (*extism.CompiledPlugin, error) {
	manifest := extism.Manifest{Wasm: []extism.Wasm{extism.WasmData{Data: module}}}
	return extism.NewCompiledPlugin(context.Background(), manifest, extism.PluginConfig{}, nil)
}

func extismInstance(p *extism.CompiledPlugin) (*extism.Plugin, error) {
	return p.Instance(context.Background(), extism.PluginInstanceConfig{})
}

func (e extismFresh) call(frame []byte, use func([]byte) error) error {
	p, err := extismInstance(e.plugin)
	if err != nil {
		return err
	}
	return errors.Join(runExtism(p, frame, use), p.Close(context.Background()))
}

func (e *extismReused) call(frame []byte, use func([]byte) error) error {
	p, err := e.take()
	if err != nil {
		return err
	}
	if err := runExtism(p, frame, use); err != nil {
		return errors.Join(err, p.Close(context.Background()))
	}
	e.give(p)
	return nil
}

func runExtism(p *extism.Plugin, frame []byte, use func([]byte) error) error {
	code, result, err := p.Call("run", frame)
	if err != nil {
		return err
	}
	if code != 0 {
		return fmt.Errorf("the plug-in ended with %d", code)
	}
	return use(result)
}
