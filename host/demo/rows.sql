/* Blocks that make rows inside the engine, one after "-- name". {{}} places are filled by Go. Every number comes from
   a linear congruential generator, so that the same store is made each time. */

-- registers
EXECUTE BLOCK AS
  DECLARE I INTEGER = 0;
BEGIN
  INSERT INTO EMPRESA (ID, RAZAO, FANTASIA, CNPJ, CIDADE, UF, ABERTA, LOGO) VALUES
    (1, 'Loja Demonstração Comércio de Alimentos Ltda', 'Loja Demonstração', '11222333000181', 'São José dos Campos', 'SP', '2009-03-02', x'89504E470D0A1A0A00FF');
  INSERT INTO EMPRESA (ID, RAZAO, FANTASIA, CNPJ, CIDADE, UF, ABERTA) VALUES
    (2, 'Loja Demonstração Comércio de Alimentos Ltda', 'Loja Demonstração – Filial Maceió', '11222333000262', 'Maceió', 'AL', '2015-10-18');
  INSERT INTO EMPRESA (ID, RAZAO, FANTASIA, CNPJ, CIDADE, UF, ABERTA) VALUES
    (3, 'Empório Pão & Café Ltda', 'Empório Pão & Café', '12ABC34501DE35', 'Florianópolis', 'SC', '2026-07-27');
  WHILE (I < 12) DO
  BEGIN
    I = I + 1;
    INSERT INTO GRUPO (ID, NOME) VALUES (:I, TRIM(DECODE(:I, 1, 'Açougue', 2, 'Padaria', 3, 'Laticínios', 4, 'Hortifrúti',
      5, 'Bebidas', 6, 'Mercearia', 7, 'Limpeza', 8, 'Higiene', 9, 'Congelados', 10, 'Cereais e grãos', 11, 'Bazar', 'Estação')));
  END
END

-- products
EXECUTE BLOCK AS
  DECLARE I INTEGER = 0;
  DECLARE R BIGINT = 20260102;
  DECLARE PRECO NUMERIC(15,2);
BEGIN
  WHILE (I < {{.Products}}) DO
  BEGIN
    I = I + 1;
    R = MOD(R * 1103515245 + 12345, 2147483648);
    PRECO = 1 + MOD(I * 7919, 9900) / 100.00;
    INSERT INTO PRODUTO (ID, GRUPO_ID, CODIGO_BARRAS, DESCRICAO, UNIDADE, CUSTO, PRECO, ALTERADO, OBSERVACAO) VALUES (
      :I, 1 + MOD(:I, 12), '789' || LPAD(:I, 10, '0'),
      TRIM(DECODE(MOD(:R / 65536, 10), 0, 'Pão francês', 1, 'Café torrado', 2, 'Açúcar cristal', 3, 'Feijão carioca',
        4, 'Maçã Gala', 5, 'Óleo de soja', 6, 'Sabão em pó', 7, 'Requeijão', 8, 'Pêssego em calda', 'Coração de frango'))
        || ' ' || TRIM(DECODE(MOD(:R / 1048576, 5), 0, 'Boa Vista', 1, 'São Luís', 2, 'Três Irmãos', 3, 'Avaré', 'Ipê')) || ' ' || :I,
      IIF(MOD(:I, 7) = 0, 'KG', 'UN'), CAST(:PRECO * 0.6180 AS NUMERIC(15,4)), :PRECO,
      DATEADD(:I MINUTE TO TIMESTAMP '2026-01-02 08:00:00'),
      IIF(MOD(:I, 25) = 0, 'Promoção até acabar o estoque – preço especial de € 1', NULL));
  END
END

-- customers
EXECUTE BLOCK AS
  DECLARE I INTEGER = 0;
  DECLARE R BIGINT = 42;
BEGIN
  WHILE (I < {{.Customers}}) DO
  BEGIN
    I = I + 1;
    R = MOD(R * 1103515245 + 12345, 2147483648);
    INSERT INTO CLIENTE (ID, EMPRESA_ID, NOME, DOCUMENTO, ENDERECO, LIMITE, NASCIMENTO, OBSERVACAO) VALUES (
      :I, 1 + MOD(:I, 3),
      TRIM(DECODE(MOD(:R / 65536, 8), 0, 'João', 1, 'Conceição', 2, 'Antônio', 3, 'Márcia', 4, 'Luís', 5, 'Inês', 6, 'Zé', 'Thaís'))
        || ' ' || TRIM(DECODE(MOD(:R / 1048576, 7), 0, 'da Silva', 1, 'Gonçalves', 2, 'Araújo', 3, 'Simões', 4, 'Brandão', 5, 'Muñoz', 'D''Ávila')),
      LPAD(MOD(:R * 31, 100000000000), 11, '0'), 'Rua ' || MOD(:R / 4096, 90) || ' de Março, ' || MOD(:R / 65536, 2000),
      MOD(:R / 65536, 500) * 10, DATEADD(MOD(:R / 65536, 18000) DAY TO DATE '1956-05-01'),
      IIF(MOD(:I, 10) = 0, 'Não vender fiado sem autorização da gerência. ' || :R, NULL));
  END
END

-- sales
EXECUTE BLOCK AS
  DECLARE I INTEGER = 0;
  DECLARE J INTEGER;
  DECLARE N INTEGER;
  DECLARE R BIGINT = {{.Seed}};
  DECLARE PRODUTO INTEGER;
  DECLARE UNITARIO NUMERIC(15,2);
  DECLARE QUANTIDADE NUMERIC(15,3);
  DECLARE TOTAL NUMERIC(15,2);
  DECLARE EMITIDA TIMESTAMP;
  DECLARE XML VARCHAR(8000);
BEGIN
  WHILE (I < {{.Count}}) DO
  BEGIN
    EMITIDA = DATEADD(CAST(({{.Offset}} + I) * {{.Step}} AS BIGINT) SECOND TO TIMESTAMP '{{.Year}}-01-02 08:00:00');
    R = MOD(R * 1103515245 + 12345, 2147483648);
    N = 1 + MOD(R / 65536, 5);
    J = 0;
    TOTAL = 0;
    XML = '';
    WHILE (J < N) DO
    BEGIN
      J = J + 1;
      R = MOD(R * 1103515245 + 12345, 2147483648);
      PRODUTO = 1 + MOD(R / 1024, {{.Products}});
      UNITARIO = 1 + MOD(PRODUTO * 7919, 9900) / 100.00;
      QUANTIDADE = IIF(MOD(PRODUTO, 7) = 0, 0.250 + MOD(R / 65536, 3000) / 1000.000, 1 + MOD(R / 65536, 4));
      TOTAL = TOTAL + CAST(QUANTIDADE * UNITARIO AS NUMERIC(15,2));
      XML = XML || '<det nItem="' || J || '"><prod><cProd>' || PRODUTO || '</cProd><cEAN>789' || LPAD(PRODUTO, 10, '0')
        || '</cEAN><xProd>Promoção nº ' || MOD(R, 100003) || '</xProd><qCom>' || QUANTIDADE || '</qCom><vUnCom>' || UNITARIO
        || '</vUnCom></prod><imposto><ICMS><orig>0</orig><CST>00</CST></ICMS></imposto></det>';
      INSERT INTO VENDA_ITEM{{.Suffix}} (VENDA_ID, SEQUENCIA, PRODUTO_ID, QUANTIDADE, UNITARIO)
        VALUES ({{.First}} + :I, :J, :PRODUTO, :QUANTIDADE, :UNITARIO);
    END
    INSERT INTO VENDA{{.Suffix}} (ID, EMPRESA_ID, CLIENTE_ID, CAIXA, EMITIDA, TOTAL, CANCELADA, XML) VALUES (
      {{.First}} + :I, 1 + MOD({{.First}} + :I, IIF(:EMITIDA < '2026-07-27', 2, 3)), IIF(MOD(:R / 65536, 4) = 0, 1 + MOD(:R / 1024, {{.Customers}}), NULL),
      1 + MOD(:R / 4096, 4), :EMITIDA, :TOTAL, IIF(MOD(:R / 65536, 97) = 0, 'S', 'N'),
      '<nfeProc versao="4.00"><NFe><infNFe Id="NFe' || LPAD(:R * 7, 20, '3') || LPAD({{.First}} + :I, 24, '0')
        || '"><ide><natOp>Venda a consumidor</natOp><mod>65</mod></ide>' || :XML || '<total><vNF>' || :TOTAL
        || '</vNF></total><infAdic>Obrigado pela preferência! Volte sempre.</infAdic></infNFe></NFe></nfeProc>');
    I = I + 1;
  END
END

-- presales
EXECUTE BLOCK AS
  DECLARE I INTEGER = 0;
  DECLARE J INTEGER;
  DECLARE R BIGINT = 20260630;
BEGIN
  WHILE (I < {{.Presales}}) DO
  BEGIN
    I = I + 1;
    R = MOD(R * 1103515245 + 12345, 2147483648);
    INSERT INTO PRE_VENDA (ID, EMPRESA_ID, CLIENTE_ID, VENDEDOR, CRIADA, SITUACAO) VALUES (
      :I, 1 + MOD(:I, 3), 1 + MOD(:R / 1024, {{.Customers}}), TRIM(DECODE(MOD(:I, 3), 0, 'Zé Antônio', 1, 'Mônica', 'Índio')),
      DATEADD(:I * 7 MINUTE TO TIMESTAMP '2026-10-29 08:00:00'), TRIM(DECODE(MOD(:R / 65536, 3), 0, 'A', 1, 'F', 'C')));
    J = 0;
    WHILE (J < 3) DO
    BEGIN
      J = J + 1;
      INSERT INTO PRE_VENDA_ITEM (PRE_VENDA_ID, SEQUENCIA, PRODUTO_ID, QUANTIDADE, UNITARIO)
        VALUES (:I, :J, 1 + MOD(:R / 256 + :J * 13, {{.Products}}), :J, 1.99 * :J);
    END
  END
END

-- movement
EXECUTE BLOCK AS
  DECLARE I INTEGER = 0;
  DECLARE R BIGINT = {{.Seed}};
BEGIN
  WHILE (I < {{.Count}}) DO
  BEGIN
    I = I + 1;
    R = MOD(R * 1103515245 + 12345, 2147483648);
    INSERT INTO MOV{{.Suffix}} (ID, EMPRESA_ID, PRODUTO_ID, DIA, TIPO, QUANTIDADE, SALDO) VALUES (
      :I, 1 + MOD(:I, 2), 1 + MOD(:R / 1024, {{.Products}}), DATEADD(MOD(:R / 65536, 28) DAY TO DATE '{{.Day}}'),
      TRIM(DECODE(MOD(:I, 3), 0, 'E', 1, 'S', 'A')), 1 + MOD(:R / 65536, 50), MOD(:R / 4096, 1000) / 10.000);
  END
END
