package demo

import (
	"context"

	"github.com/djscript/djscript/host/firebird"
)

// sale sells two products, as the shop's own system would: the sale first, then its items, whose trigger adds them up.
const sale = `EXECUTE BLOCK AS
  DECLARE ID INTEGER;
BEGIN
  INSERT INTO VENDA (EMPRESA_ID, CAIXA, EMITIDA, XML) VALUES (1, 1, CURRENT_TIMESTAMP, 'Venda de balcão nº 1')
    RETURNING ID INTO :ID;
  INSERT INTO VENDA_ITEM (VENDA_ID, SEQUENCIA, PRODUTO_ID, QUANTIDADE, UNITARIO) VALUES (:ID, 1, 1 + MOD(:ID, 100), 1, 9.90);
  INSERT INTO VENDA_ITEM (VENDA_ID, SEQUENCIA, PRODUTO_ID, QUANTIDADE, UNITARIO) VALUES (:ID, 2, 101, 0.350, 32.50);
END`

// Sell makes n sales, each in a transaction of its own, as a shop does while it is being backed up.
func Sell(ctx context.Context, db firebird.Database, n int) error {
	conn, err := firebird.Connect(ctx, db)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()
	for range n {
		err := conn.Transaction(ctx, func(tx *firebird.Transaction) error {
			_, err := tx.Exec(ctx, sale)
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}
