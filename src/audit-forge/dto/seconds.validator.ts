import { registerDecorator } from 'class-validator';

const WHOLE_NUMBER = /^[1-9][0-9]{1,3}$/;

/** A whole number of seconds, written plainly: no sign, fraction, exponent, leading zero or space. */
export function IsSecondsBetween(min: number, max: number): PropertyDecorator {
  return (target, propertyName) => {
    registerDecorator({
      name: 'isSecondsBetween',
      target: target.constructor,
      propertyName: String(propertyName),
      validator: {
        validate: (value: unknown) =>
          typeof value === 'string' &&
          WHOLE_NUMBER.test(value) &&
          Number(value) >= min &&
          Number(value) <= max,
        defaultMessage: () => `must be a whole number of seconds from ${min} to ${max}`,
      },
    });
  };
}
