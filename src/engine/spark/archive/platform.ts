import fs from 'node:fs'

/** An operating system and processor as `uname -sm` names them, for instance `Linux x86_64`. */
export interface Platform {
  readonly system: string
  /** The names that systems give the processor. */
  readonly machines: readonly string[]
  /** Node's and npm's names of them. */
  readonly os: string
  readonly cpu: string
}

const SYSTEMS: Readonly<Record<string, string>> = { linux: 'Linux', darwin: 'Darwin', freebsd: 'FreeBSD' }
const MACHINES: Readonly<Record<string, readonly string[]>> = {
  x64: ['x86_64', 'amd64'],
  arm64: ['aarch64', 'arm64'],
  ppc64: ['ppc64le', 'ppc64'],
  s390x: ['s390x'],
}

/** The platform of this process. */
export function ownPlatform(): Platform {
  const { platform: os, arch: cpu } = process
  return { system: SYSTEMS[os] ?? os, machines: MACHINES[cpu] ?? [cpu], os, cpu }
}

const ELF_MAGIC = 0x7f454c46
const ELF_MACHINES: Readonly<Record<number, string>> = { 62: 'x64', 183: 'arm64', 21: 'ppc64', 22: 's390x' }
const MACH_MAGIC = 0xfeedfacf
const MACH_MACHINES: Readonly<Record<number, string>> = { 16777223: 'x64', 16777228: 'arm64' }

/** The platform that a program or library is built for, from its first bytes; null when it is of no kind that executors run. */
export function platformOfBinary(file: string): Platform | null {
  const head = Buffer.alloc(20)
  const fd = fs.openSync(file, 'r')
  try {
    if (fs.readSync(fd, head, 0, head.length, 0) < head.length) return null
  } finally {
    fs.closeSync(fd)
  }
  if (head.readUInt32BE(0) === ELF_MAGIC) {
    const isLittleEndian = head[5] === 1
    return named('linux', ELF_MACHINES[isLittleEndian ? head.readUInt16LE(18) : head.readUInt16BE(18)])
  }
  if (head.readUInt32LE(0) === MACH_MAGIC) return named('darwin', MACH_MACHINES[head.readUInt32LE(4)])
  return null
}

function named(os: string, cpu: string | undefined): Platform | null {
  if (cpu === undefined) return null
  return { system: SYSTEMS[os] as string, machines: MACHINES[cpu] as readonly string[], os, cpu }
}

export function describePlatform({ system, machines }: Platform): string {
  return `${system} ${machines[0]}`
}

export function isSamePlatform(a: Platform, b: Platform): boolean {
  return a.system === b.system && a.machines[0] === b.machines[0]
}
