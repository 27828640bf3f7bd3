package message

import "strings"

// portugueseRules are the rules of a rotation as somebody calls them who has not looked them up.
var portugueseRules = map[string]string{
	"ultimas": "last", "últimas": "last", "ultimos": "last", "últimos": "last", "ultima": "last", "última": "last",
	"horaria": "hourly", "horária": "hourly", "horario": "hourly", "horário": "hourly", "horas": "hourly",
	"diaria": "daily", "diária": "daily", "diario": "daily", "diário": "daily", "diarias": "daily", "diárias": "daily", "dias": "daily",
	"semanal": "weekly", "semanais": "weekly", "semanas": "weekly", "mensal": "monthly", "mensais": "monthly", "meses": "monthly",
	"anual": "yearly", "anuais": "yearly", "anos": "yearly", "minimo": "min", "mínimo": "min", "classe": "class", "classes": "class", //nolint:misspell // Portuguese
}

// Rule is the rule of a rotation that a Portuguese word means, "daily" for "diario"; "" where it means none.
func Rule(word string) string { return portugueseRules[strings.ToLower(word)] }
