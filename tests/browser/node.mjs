// The page's scripts in node, as they are served: WEB_FOLDER has them. Packages made for a browser look for `self`.
globalThis.self ??= globalThis

export const WEB_FOLDER = process.env.WEB_FOLDER ?? fail('WEB_FOLDER is not set: run ctest -R browser')

function fail(why) {
  throw new Error(why)
}

export function load(name) {
  return import(`${WEB_FOLDER}/${name}.js`)
}
