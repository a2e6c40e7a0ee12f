import java.util.Locale;
import org.hetal.he.Ciphertext;
import org.hetal.he.Scope;
import org.hetal.he.openfhe.CkksCiphertext;
import org.hetal.he.openfhe.CkksContext;
import org.hetal.he.openfhe.CkksSettings;
import org.hetal.he.openfhe.OpenFhe;
import org.hetal.he.openfhe.owner.CkksSecretKey;

/**
 * The Java binding of OpenFHE on one page: a context, keys, encryption, arithmetic, a rotation, a
 * polynomial, a bootstrap, decryption. Toy parameters: no security at all.
 */
public final class OpenFheBinding {
  private OpenFheBinding() {}

  public static void main(String[] arguments) {
    System.out.println("OpenFHE " + OpenFhe.version());
    CkksSettings.Secret secret = CkksSettings.Secret.SPARSE_ENCAPSULATED;
    int depth = 5 + CkksSettings.bootstrapDepth(2, 2, secret);
    CkksSettings insecure = new CkksSettings(1 << 10, depth, 59, 60, 3, secret, 0);
    try (CkksContext context = CkksContext.create(insecure)) {
      context.bootstrapSetup(2, 2, 0);
      try (CkksSecretKey.Pair keys = CkksSecretKey.generate(context);
          Scope scope = new Scope()) {
        keys.secretKey().generateRelinearizationKey();
        keys.secretKey().generateRotationKeys(1);
        keys.secretKey().generateBootstrapKeys();

        double[] values = new double[context.slotCount()];
        values[0] = 0.5;
        values[1] = -0.25;
        Ciphertext x =
            scope.own(
                context.encrypt(
                    keys.publicKey(), scope.own(context.encode(values, context.maxLevel()))));

        // x^2, with the rescaling in the caller's hands.
        Ciphertext product = scope.own(context.multiply(x, x));
        Ciphertext square = scope.own(context.rescale(scope.own(context.relinearize(product))));
        Ciphertext rotated = scope.own(context.rotate(square, 1));
        // T_3(x) = 4 x^3 - 3 x
        Ciphertext cubic = scope.own(context.chebyshev(x, new double[] {0, 0, 0, 1}, -1, 1));
        Ciphertext low = scope.own(context.dropToLevel(x, 1));
        Ciphertext fresh = scope.own(context.bootstrap(low));

        print("x^2", keys, square, 0.25);
        print("x^2 rotated by one", keys, rotated, 0.0625);
        print("T_3(x)", keys, cubic, 4 * 0.125 - 1.5);
        print("bootstrapped x, level " + low.level() + " to " + fresh.level(), keys, fresh, 0.5);
      }
    }
  }

  private static void print(String what, CkksSecretKey.Pair keys, Ciphertext a, double expected) {
    double actual = keys.secretKey().decrypt((CkksCiphertext) a)[0];
    System.out.printf(Locale.ROOT, "%-40s slot 0: %.6f (expected %.6f)%n", what, actual, expected);
  }
}
