package firebird_test
import ("testing";"time";"path/filepath";"github.com/djscript/djscript/host/firebird/firebirdtest";"github.com/djscript/djscript/host/firebird")
func TestZZ(t *testing.T){
 for i:=range 8 {
 s,err:=firebird.StartPrivateServer(t.Context(), filepath.Join(t.TempDir(), "server"), firebirdtest.Tools(t))
 if err!=nil{t.Fatal(err)}
 if i%4==1 || i%4==3 { s.CreateDatabase(t.Context(), filepath.Join(t.TempDir(),"x.fdb"),"WIN1252",0) }
 if i%4>=2 { time.Sleep(1500*time.Millisecond) }
 b:=time.Now(); s.Stop(); t.Log(i%4, time.Since(b))
 }
}
