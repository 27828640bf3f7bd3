-- "Neste computador há duas lojas. Cada uma com as suas cópias; o problema de uma não é da outra."
-- Uma entrada para cada loja; aqui só se exige que ela diga quais são os bancos e os destinos.
return dj.script {
  name = "two_stores",
  version = "1.0.0",
  extends = "default",
  params = {
    databases = { type = "database", list = true, required = true, help = "os bancos desta loja" },
    to = { type = "destination", list = true, required = true, help = "os destinos desta loja" },
  },
}
