// Reads published logs with the implementation of Go's own checksum database (golang.org/x/mod/sumdb): the
// checkpoint's signature, the inclusion of every leaf from the tiles, and that each publication's tree is the
// beginning of the next one's. What was altered must be refused by it too.
//
// usage: check_log MADE.JSON PUBLICATION...      (folders with log/, the oldest first)
package main

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const tileHeight = 8 // of C2SP tlog-tiles; there it isn't in the path, here it is

type logKey struct {
	Uses []string
	JWK  struct{ X string }
}

type publication struct {
	folder string
	origin string
	tree   tlog.Tree
	hashes tlog.HashReader
}

func fail(format string, a ...interface{}) {
	fmt.Fprintf(os.Stderr, format+"\n", a...)
	os.Exit(1)
}

func need(err error, what string) {
	if err != nil {
		fail("%s: %v", what, err)
	}
}

func refuse(err error, what string) {
	if err == nil {
		fail("%s was taken", what)
	}
}

// --- the log key, as a verifier key of C2SP signed-note ---

func readLogKeys(path string) []ed25519.PublicKey {
	text, err := os.ReadFile(path)
	need(err, path)
	var made struct{ Keys []logKey }
	need(json.Unmarshal(text, &made), path)
	var keys []ed25519.PublicKey
	for _, k := range made.Keys {
		if len(k.Uses) == 1 && k.Uses[0] == "log" {
			x, err := base64.RawURLEncoding.DecodeString(k.JWK.X)
			need(err, "the log key")
			keys = append(keys, x)
		}
	}
	if len(keys) == 0 {
		fail("%s: no log key", path)
	}
	return keys
}

func verifiersOf(origin string, keys []ed25519.PublicKey) note.Verifiers {
	var list []note.Verifier
	for _, key := range keys {
		text, err := note.NewEd25519VerifierKey(origin, key)
		need(err, "the log key")
		v, err := note.NewVerifier(text)
		need(err, text)
		list = append(list, v)
	}
	return note.VerifierList(list...)
}

// --- checkpoint and tiles ---

// tlog.ParseTree wants the first line that Go's own log has.
func parseTree(text, origin string) (tlog.Tree, error) {
	rest := strings.TrimPrefix(text, origin+"\n")
	return tlog.ParseTree([]byte("go.sum database tree\n" + rest))
}

type tiles struct {
	folder string
	alter  string // the path of a tile that is given with one bit flipped
}

func (t tiles) Height() int { return tileHeight }

func (t tiles) SaveTiles([]tlog.Tile, [][]byte) {}

func (t tiles) ReadTiles(list []tlog.Tile) ([][]byte, error) {
	var all [][]byte
	for _, tile := range list {
		data, err := os.ReadFile(filepath.Join(t.folder, tilePath(tile)))
		if err != nil {
			return nil, err
		}
		if tilePath(tile) == t.alter {
			data[len(data)-1] ^= 1
		}
		all = append(all, data)
	}
	return all, nil
}

func tilePath(t tlog.Tile) string {
	return "tile/" + strings.TrimPrefix(t.Path(), fmt.Sprintf("tile/%d/", tileHeight))
}

func readPublication(folder string, keys []ed25519.PublicKey) publication {
	path := filepath.Join(folder, "log", "checkpoint")
	signed, err := os.ReadFile(path)
	need(err, path)
	origin := strings.SplitN(string(signed), "\n", 2)[0]
	known := verifiersOf(origin, keys)
	opened, err := note.Open(signed, known)
	need(err, path)
	refuseAltered(signed, known)
	tree, err := parseTree(opened.Text, origin)
	need(err, path)
	return publication{folder, origin, tree, tlog.TileHashReader(tree, tiles{filepath.Join(folder, "log"), ""})}
}

// One bit of the text, and one of the signature's base64.
func refuseAltered(signed []byte, known note.Verifiers) {
	for _, at := range []int{bytes.IndexByte(signed, '\n') + 1, len(signed) - 10} {
		altered := append([]byte(nil), signed...)
		altered[at] ^= 1
		_, err := note.Open(altered, known)
		refuse(err, "an altered checkpoint")
	}
}

// --- what must hold ---

// The leaf's hash and its proof, both from the tiles; an error when they don't lead to the signed root.
func proveLeaf(tree tlog.Tree, hashes tlog.HashReader, n int64) (tlog.Hash, tlog.RecordProof, error) {
	h, err := hashes.ReadHashes([]int64{tlog.StoredHashIndex(0, n)})
	if err != nil {
		return tlog.Hash{}, nil, err
	}
	proof, err := tlog.ProveRecord(tree.N, n, hashes)
	if err != nil {
		return tlog.Hash{}, nil, err
	}
	return h[0], proof, tlog.CheckRecord(proof, tree.N, tree.Hash, n, h[0])
}

func checkRoot(p publication) {
	root, err := tlog.TreeHash(p.tree.N, p.hashes)
	need(err, p.folder)
	if p.tree.N > 0 && root != p.tree.Hash {
		fail("%s: the tiles give the root %v, the checkpoint %v", p.folder, root, p.tree.Hash)
	}
}

func checkLeaves(p publication) {
	for n := int64(0); n < p.tree.N; n++ {
		what := fmt.Sprintf("%s: leaf %d", p.folder, n)
		h, proof, err := proveLeaf(p.tree, p.hashes, n)
		need(err, what)
		refuse(tlog.CheckRecord(proof, p.tree.N, p.tree.Hash, (n+1)%p.tree.N, h), what+" at another index")
		h[0] ^= 1
		refuse(tlog.CheckRecord(proof, p.tree.N, p.tree.Hash, n, h), what+", altered,")
	}
}

// Of the tiles that were ever published, those that a tree of this size is read from.
func liveTiles(size int64) []tlog.Tile {
	var live []tlog.Tile
	for _, tile := range tlog.NewTiles(tileHeight, 0, size) {
		whole := tile.W == 1<<tileHeight
		if whole || tile.N<<tileHeight+int64(tile.W) == size>>(tileHeight*uint(tile.L)) {
			live = append(live, tile)
		}
	}
	return live
}

// By the proof, too: some versions of TileHashReader leave a full tile uncompared where a tree's right edge shares one.
func checkTilesAreBound(p publication) {
	live := liveTiles(p.tree.N)
	if p.tree.N > 0 && len(live) == 0 {
		fail("%s: no tiles", p.folder)
	}
	for _, tile := range live {
		hashes := tlog.TileHashReader(p.tree, tiles{filepath.Join(p.folder, "log"), tilePath(tile)})
		last := tile.N<<tileHeight + int64(tile.W) - 1
		_, _, err := proveLeaf(p.tree, hashes, last<<(tileHeight*uint(tile.L)))
		refuse(err, p.folder+": an altered "+tilePath(tile))
	}
}

func checkGrowth(old, new publication) {
	what := old.folder + " and " + new.folder
	if old.origin != new.origin || old.tree.N >= new.tree.N {
		fail("%s: not one log that grew", what)
	}
	if old.tree.N == 0 {
		return // nothing to prove: RFC 6962 has no proof from an empty tree
	}
	proof, err := tlog.ProveTree(new.tree.N, old.tree.N, new.hashes)
	need(err, what)
	need(tlog.CheckTree(proof, new.tree.N, new.tree.Hash, old.tree.N, old.tree.Hash), what)
	other := old.tree.Hash
	other[0] ^= 1
	refuse(tlog.CheckTree(proof, new.tree.N, new.tree.Hash, old.tree.N, other), what+": another beginning")
}

func main() {
	if len(os.Args) < 4 {
		fail("usage: check_log MADE.JSON PUBLICATION PUBLICATION...")
	}
	keys := readLogKeys(os.Args[1])
	var all []publication
	for _, folder := range os.Args[2:] {
		p := readPublication(folder, keys)
		checkRoot(p)
		checkLeaves(p)
		checkTilesAreBound(p)
		for _, old := range all {
			checkGrowth(old, p)
		}
		all = append(all, p)
		fmt.Printf("%s: %d leaves of %s\n", folder, p.tree.N, p.origin)
	}
}
