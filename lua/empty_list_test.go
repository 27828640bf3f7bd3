package lua

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestAnEmptyListComesBackAsAList(t *testing.T) {
	s := New(t.Context(), Options{})
	value, err := s.Encode(map[string]any{"list": []string{}, "map": map[string]int{}})
	if err != nil {
		t.Fatal(err)
	}
	got, err := value.Go()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]any{"list": []any{}, "map": map[string]any{}}, got); diff != "" {
		t.Error(diff)
	}
}
