// Checks recorded answers against the OpenAPI document: every status, type, header and body has to be one that it lists,
// (a {path} may have several segments), and every operation and status that tests/daemon asks for has to have come. Each recorded line is
// {"method","target","status","type","headers":{…},"body"}; a body that is not text is null.
import { readFileSync } from 'node:fs'
import Ajv2020 from 'ajv/dist/2020.js'
import { parse } from 'yaml'

const [documentPath, ...recordedPaths] = process.argv.slice(2)
const document = parse(readFileSync(documentPath, 'utf8'))
const ajv = new Ajv2020({ strict: false, allErrors: true, formats: { date: /^\d{4}-\d\d-\d\d$/ } })
ajv.addSchema(document, 'openapi')

const pointer = (...parts) => 'openapi#/' + parts.map(p => encodeURIComponent(String(p).replaceAll('~', '~0').replaceAll('/', '~1'))).join('/')

const templates = Object.keys(document.paths).map(path => ({
  path, match: new RegExp('^' + path.replace(/[.]/g, '\\.').replace(/\{path\}$/, '.+').replace(/\{[a-z]+\}/g, '[^/]+') + '$')
}))

// Where a response is described: the reference is followed by hand, so that its schema has a pointer of its own.
function responseAt(path, method, status) {
  const response = document.paths[path]?.[method]?.responses?.[status]
  if (response?.$ref) {
    const parts = response.$ref.slice(2).split('/')
    return [parts, parts.reduce((at, part) => at[part], document)]
  }
  return [['paths', path, method, 'responses', status], response]
}

function complaints(answer) {
  const bare = answer.target.split('?')[0]
  const found = templates.find(t => t.match.test(bare))
  const method = answer.method.toLowerCase()
  if (!found || !document.paths[found.path][method]) return ['no such operation']
  const [where, response] = responseAt(found.path, method, String(answer.status))
  if (!response) return [`status ${answer.status} is not listed`]
  const out = []
  const type = (answer.type ?? '').split(';')[0].trim()
  if (!response.content && !type) return out
  const media = response.content?.[type]
  if (!media) return [`type '${type}' is not listed for ${answer.status}`]
  for (const [name, header] of Object.entries(response.headers ?? {})) {
    const schema = (header.$ref ? header.$ref.slice(2).split('/').reduce((at, part) => at[part], document) : header).schema
    const value = answer.headers[name.toLowerCase()]
    if (value === undefined) { if (name === 'Location' || name === 'Retry-After') out.push(`no ${name}`); continue }
    if (!ajv.validate(schema, schema.type === 'integer' ? Number(value) : value)) out.push(`${name}: ${ajv.errorsText()}`)
  }
  if (answer.body === null) return out
  const validate = ajv.getSchema(pointer(...where, 'content', type, 'schema'))
  const values = type === 'application/x-ndjson' ? answer.body.split('\n').filter(Boolean).map(line => JSON.parse(line))
    : type.endsWith('json') ? [JSON.parse(answer.body)] : [answer.body]
  for (const value of values) if (!validate(value)) out.push(ajv.errorsText(validate.errors, { separator: '; ' }))
  return out
}

const answers = recordedPaths.flatMap(path => readFileSync(path, 'utf8').split('\n').filter(Boolean).map(line => JSON.parse(line)))
let failed = 0
const seen = new Set()
for (const answer of answers) {
  const found = templates.find(t => t.match.test(answer.target.split('?')[0]))
  if (found) seen.add(`${answer.method} ${found.path} ${answer.status}`)
  for (const complaint of complaints(answer)) {
    failed++
    console.error(`${answer.method} ${answer.target} ${answer.status}: ${complaint}`)
  }
}
// A document that nothing was compared with proves nothing.
for (const [path, item] of Object.entries(document.paths)) {
  for (const method of Object.keys(item)) {
    const good = [...seen].some(s => s.startsWith(`${method.toUpperCase()} ${path} 2`))
    if (!good) { failed++; console.error(`${method.toUpperCase()} ${path}: no good answer was recorded`) }
  }
}
console.log(`${answers.length} answers, ${seen.size} kinds of them`)
process.exit(failed ? 1 : 0)
