// What the vectors under tests/vectors mean to the page's reader, in the words that stand beside them. Runs in node and in
// the browser alike: base is where the page's scripts are.
export const NOW = 1717214400 // when the lists of the vectors were made

export async function tellers(base) {
  const load = (name) => import(`${base}/${name}.js`)
  const [bytes, cbor, keysOf, cose, tokens, staples, trustOf, columns, directoryOf, bundleOf, updates, tlog, refusedOf] = await Promise.all(
    ['bytes', 'cbor', 'keys', 'cose', 'token', 'staple', 'trust', 'columns', 'directory', 'bundle', 'update', 'tlog', 'refused'].map(load),
  )
  const hex = bytes.toHex

  function tellClaims(kid, c) {
    const ce = c.ce?.map(({ k, hours, postHours }) => `${k} ${hours} ${postHours}`).join(' ')
    const pairs = {
      verdict: 'authentic', kid: hex(kid), number: c.number, iat: c.iat, name: c.name, id_type: c.idType, id_tail: c.idTail,
      post: c.post, unit: c.unit, provider: c.provider, issued: c.issued, deadline: c.deadline, version: c.version,
      status_index: c.statusIndex, log_index: c.logIndex, ce, photo: c.photo && hex(c.photo),
    }
    return Object.entries(pairs).filter(([, value]) => value !== undefined).map(([name, value]) => `${name}: ${value}`)
  }

  // keys: the lines of token/keys.txt that are keys.
  async function token(input, { keys }) {
    const { message, claims } = tokens.readToken(input)
    for (const line of keys) {
      const key = await keysOf.readKey(cbor.read(bytes.fromHex(line), 'a key'))
      if (!bytes.equal(key.kid, message.header.kid)) continue
      return (await cose.sign1Holds(message, key)) ? tellClaims(key.kid, claims) : ['verdict: bad signature']
    }
    return ['verdict: unknown key']
  }

  // keys: the lines of staple/keys.txt that are keys. There is no kid: each is tried.
  async function staple(input, { keys }) {
    const { message, leaf, state, deadline, iat } = staples.readStaple(input)
    for (const line of keys) {
      const key = await keysOf.readKey(cbor.read(bytes.fromHex(line), 'a key'))
      if (await cose.sign1Holds(message, key)) return ['verdict: good', `leaf: ${hex(leaf)}`, `state: ${state}`, `deadline: ${deadline}`, `iat: ${iat}`]
    }
    return ['verdict: bad signature']
  }

  function tellKey(key) {
    const use = Object.keys(trustOf.USE).find((name) => trustOf.USE[name] === key.use)
    const range = key.use === trustOf.USE.token ? ` ${key.first}-${key.last}` : ''
    const scope = (name) => (key[name] ? ` ${name} ${key[name].join(' ')}` : '')
    return `key: ${hex(key.kid)} ${use}${range}${scope('units')}${scope('posts')}${key.name ? ` ${key.name}` : ''}${tellCutOff(key)}`
  }

  function tellCutOff({ cutOff, end }) {
    if (!cutOff) return ''
    return ` cut off at ${cutOff.time ? `time ${cutOff.time}` : `${cutOff.index}, ends at ${end}`}`
  }

  async function trust(input) {
    const list = await trustOf.readTrustList(input)
    return [
      'verdict: good',
      `sequence: ${list.sequence}`,
      `demo: ${list.demo ? 'yes' : 'no'}`,
      `hosts: ${list.hosts.join(' ')}`,
      `roots: ${list.roots.threshold} of ${list.roots.keys.length}`,
      ...list.keys.map(tellKey),
      ...(list.witnesses?.list ?? []).map(({ name }) => `witness: ${name}, ${list.witnesses.quorum} of ${list.witnesses.list.length}`),
      ...list.closed.map(({ origin, size }) => `closed: ${origin} at ${size}`),
    ]
  }

  async function deadlines(input, { name }) {
    const [, set, count] = /^block-(status|deadlines)-([0-9]+)/.exec(name)
    const rows = Number(count)
    const plain = await columns.decodeBlock(input, rows, set)
    const lines = Array.from({ length: rows }, (_, i) => {
      if (set === 'status') return `${i} status ${columns.statusAt(plain, i)}`
      const { version, deadline } = columns.deadlineAt(plain, rows, i)
      return `${i} version ${version} deadline ${deadline}`
    })
    return [`sha256 of the plain bytes ${hex(await bytes.sha256(plain))}`, ...lines]
  }

  async function directory(input, { trustList }) {
    const list = await trustOf.readTrustList(trustList)
    const { issued, posts, units, providers } = await directoryOf.readDirectory(input, list)
    return [
      `deployment ${hex(list.deployment)}`,
      `issued ${issued}`,
      ...[...posts.values()].map(({ code, name, nameEn }) => `post ${code} ${name} | ${nameEn}`),
      ...[...units.values()].map(({ code, name }) => `unit ${code} ${name}`),
      ...providers.map(({ creditCode, name, unit }, i) => `provider ${i} unit ${unit} ${creditCode} ${name}`),
    ]
  }

  async function bundle(input) {
    const b = await bundleOf.openBundle(input)
    const lines = []
    for (let i = 0; i < b.header.rows; i++) {
      const { status, version, deadline } = await b.row(i)
      lines.push(`${i} status ${status} version ${version} deadline ${deadline}`)
    }
    return [
      `deployment ${hex(b.header.deployment)}`,
      `sequence ${b.header.sequence}`,
      `issued ${b.header.issued}`,
      `status exp ${b.header.sets[0].exp}`,
      `deadlines exp ${b.header.sets[1].exp}`,
      `rows ${b.header.rows}`,
      ...Object.values(b.sections).map((section, i) => `section ${i + 1} of ${section.length} bytes`),
      `log size ${b.checkpoint.size}`,
      ...lines,
    ]
  }

  // before: the bundle that the delta is for.
  async function delta(input, { before }) {
    const old = await bundleOf.openBundle(before)
    const update = new updates.Update(old)
    await update.apply(input)
    return [`from ${old.header.sequence}`, ...(await bundle(await update.finish()))]
  }

  async function log(input, { trustList }) {
    const { origin, size, root } = await tlog.readCheckpoint(input, await trustOf.readTrustList(trustList), NOW)
    return [`origin ${origin}`, `size ${size}`, `root ${hex(root)}`]
  }

  const tells = { token, staple, trust, deadlines, directory, bundle, delta, log }

  // The telling, or 'refused'.
  return async (area, input, beside) => {
    try {
      return (await tells[area](input, beside)).map((line) => `${line}\n`).join('')
    } catch (e) {
      if (e instanceof refusedOf.Refused) return 'refused'
      throw e
    }
  }
}

// Whether a telling is what stands beside a vector: who refuses may call the reason by another name, but a signature that
// does not hold is told apart for tokens.
const REFUSALS = { token: /^verdict: malformed\n/, staple: /^verdict: malformed\n/, trust: /^verdict: (malformed|refused|bad signature)\n/ }

export function agrees(area, told, want) {
  return told === want || (told === 'refused' && (REFUSALS[area] ?? /^RC_/m).test(want))
}
