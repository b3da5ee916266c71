/** Sealed values open in their own place under their own key, and nowhere else. */
import { randomBytes } from 'node:crypto';
import { seal, unseal, UnsealError } from '../../../kernel/vault/seal';

const key = randomBytes(32);
const plain = Buffer.from('Synthetic 000123 合成', 'utf8');

describe('a sealed value', () => {
  it('opens with its key and its binding', () => {
    expect(unseal(key, 'borrower.name', seal(key, 'borrower.name', plain))).toEqual(plain);
  });

  it('does not open in another column', () => {
    expect(() => unseal(key, 'borrower.employer', seal(key, 'borrower.name', plain))).toThrow(UnsealError);
  });

  it('does not open with another subject’s key', () => {
    expect(() => unseal(randomBytes(32), 'borrower.name', seal(key, 'borrower.name', plain))).toThrow(UnsealError);
  });

  it('does not open after any single bit was altered', () => {
    const sealed = seal(key, 'borrower.name', plain);
    for (let bit = 0; bit < sealed.length * 8; bit++) {
      const altered = Buffer.from(sealed);
      altered[bit >> 3]! ^= 1 << (bit & 7);
      expect(() => unseal(key, 'borrower.name', altered)).toThrow(UnsealError);
    }
  });

  it('never looks the same twice', () => {
    expect(seal(key, 'borrower.name', plain)).not.toEqual(seal(key, 'borrower.name', plain));
  });

  it('says nothing of its content when it fails', () => {
    const error = (() => {
      try {
        return unseal(key, 'elsewhere', seal(key, 'borrower.name', plain));
      } catch (caught) {
        return caught as Error;
      }
    })();
    expect(String(error)).not.toContain('Synthetic');
  });
});
